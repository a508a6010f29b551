// The sessions of browsers: which one a request shows, and how a browser is given one. A session's cookie is for the whole cookie
// domain, so that a neighbouring host can set cookies of the same name, with a session of its own in them. What the portal shows and
// does goes by the session that it has given to this browser: a second cookie, which the portal's host alone can set, binds the two.
import { timingSafeEqual } from "node:crypto";
import { HTTPException } from "hono/http-exception";
import { sha256 } from "../kit/sha256.ts";
import { clearedCookie, cookieValues, signatureLimit } from "../session/cookie.ts";
import type { Keyring } from "../session/keyring.ts";
import type { Leased, LiveSession, Sessions, Visitor } from "../session/sessions.ts";
import { unprovenClaims } from "../session/token.ts";
import type { RequestContext } from "./environment.ts";
import { forgetLogin } from "./login-probe.ts";
import { PortalCookie } from "./portal-cookie.ts";
import { refuse } from "./problems.ts";

/** The request shows several sessions: as at a gate, nobody can tell who is asking. */
export class SeveralSessions extends HTTPException {
  constructor() {
    super(400, { message: "The request has several sessions. Log out, and log in again." });
  }
}

export class BrowserSessions {
  /** Of the session's cookie. */
  readonly #name: string;
  /** A navigation from another site has to bring it along as it does the session: with Strict the portal would ask for a login. */
  readonly #binding: PortalCookie;
  readonly #sessions: Pick<Sessions, "resume">;
  readonly #keyring: Pick<Keyring, "verificationKeys">;

  constructor(dependencies: {
    /** The name of the session's cookie. */
    readonly name: string;
    readonly sessions: Pick<Sessions, "resume">;
    readonly keyring: Pick<Keyring, "verificationKeys">;
  }) {
    this.#name = dependencies.name;
    this.#binding = new PortalCookie(dependencies.name);
    this.#sessions = dependencies.sessions;
    this.#keyring = dependencies.keyring;
  }

  /** Returns the live session that this browser was given, or undefined. Throws SeveralSessions when the request shows another one as well. */
  async current(c: RequestContext): Promise<LiveSession | undefined> {
    const [live, another] = await this.all(c);
    if (another) throw new SeveralSessions();
    return live && (isProgram(c) || this.#isBound(c, live.session.sid)) ? live : undefined;
  }

  /** Returns the live session of a request to the JSON API. Refuses with 401 when there is none. */
  async require(c: RequestContext): Promise<LiveSession> {
    const live = await this.current(c);
    if (!live) throw refuse(401, "Log in first.");
    return live;
  }

  /** Returns every live session that the request shows, whoever has set it; the one that this browser was given comes first. */
  async all(c: RequestContext): Promise<readonly LiveSession[]> {
    const own: string[] = [];
    const others: string[] = [];
    for (const token of cookieValues(c.req.header("cookie"), this.#name)) {
      const claims = unprovenClaims(token, this.#keyring.verificationKeys);
      if (claims) (this.#isBound(c, claims.sid) ? own : others).push(token);
    }
    const found = new Map<string, LiveSession>();
    for (const token of [...own, ...others].slice(0, signatureLimit)) {
      const live = await this.#sessions.resume(token, c.get("cookieDomain"));
      if (live) found.set(live.session.sid, live);
    }
    return [...found.values()];
  }

  /** Whether the request has a cookie of the session's name, be it of a session that has ended. */
  isShown(c: RequestContext): boolean {
    return cookieValues(c.req.header("cookie"), this.#name).length > 0;
  }

  /** Gives the browser a session, and binds it to the browser for as long as the session lives. */
  give(c: RequestContext, { sid, cookie, maxAge }: Leased): void {
    c.header("Set-Cookie", cookie, { append: true });
    this.#binding.set(c, bindingOf(sid), maxAge);
  }

  /** Takes its session from the browser. */
  take(c: RequestContext): void {
    c.header("Set-Cookie", clearedCookie(this.#name, c.get("cookieDomain")), { append: true });
    this.#binding.clear(c);
    forgetLogin(c);
  }

  /** Whether a session was given to the browser that asks. */
  #isBound(c: RequestContext, sid: string): boolean {
    const expected = Buffer.from(bindingOf(sid));
    return this.#binding.values(c).some((value) => {
      const given = Buffer.from(value);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }
}

/** The visitor behind a request, as sessions remember them. */
export function visitor(c: RequestContext): Visitor {
  return { address: c.get("forwarded").address, userAgent: c.req.header("user-agent") ?? "" };
}

/** The binding is the same for all leases of a session, and another one for the session that takes its place. */
function bindingOf(sid: string): string {
  return sha256(`portal session ${sid}`).toString("base64url");
}

/**
 * Whether a program asks and no browser: nobody can have put cookies into its requests but itself, and it need not know of the
 * binding. Browsers say where a request comes from (Sec-Fetch-Site), and older ones at least with what changes something (Origin);
 * Sec-Fetch-Mode alone is what Node's fetch sends. Of the pages, which are for people, nobody is taken for a program.
 */
export function isProgram(c: RequestContext): boolean {
  const { path } = c.req;
  const says = (header: string) => c.req.header(header) !== undefined;
  return path.startsWith("/api/") && !says("sec-fetch-site") && !says("origin");
}
