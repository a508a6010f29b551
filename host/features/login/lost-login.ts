// Notices that a login's cookie did not come back: the browser blocks or drops cookies, or something on the way takes them out. Without
// a word the visitor would be at the login page again, for ever. Somebody whose cookies work makes no further step for it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { addressWithReturnTo, pageWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { RequestContext } from "../../http/environment.ts";
import { forgetLogin, longestWay, wasGivenSession } from "../../http/login-probe.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import type { Target } from "../../http/target.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { leadOn } from "./onward.ts";
import { type Lost, lostLoginPage } from "./pages/lost-login.ts";

interface Dependencies {
  readonly browserSessions: Pick<BrowserSessions, "isShown">;
  readonly hashKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the operator is told of once in this time for each cookie domain, whatever visitors there are. Seconds. */
const silence = 3600;

const reasons: Readonly<Record<Lost, string>> = {
  all: "the browser keeps none of the portal's cookies: they are blocked, or something in between takes out Set-Cookie",
  session:
    "the browser keeps the portal's own cookies and not the session's: its domain, its size, a browser's setting or extension, or " +
    "something in between that takes it out",
  application:
    "a browser with a session is sent back from an application again and again: the session's cookie does not reach the gate there, " +
    "or is not what that gate goes by: its configuration, its bundle, its clock, or something in between that takes the cookie out",
};

export class LostLogins {
  readonly #dependencies: Dependencies;
  readonly #toldAt = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The page for a visitor without a session, where the browser was given one just now and shows none, nor one that has ended. */
  pageFor(c: RequestContext, returnTo: ReturnTo): Response | undefined {
    if (!wasGivenSession(c) || this.#dependencies.browserSessions.isShown(c)) return undefined;
    // The next time it is a login page.
    forgetLogin(c);
    return this.#page(c, returnTo, "session");
  }

  /** Where a browser goes after a login that has not kept the login page's cookie: whether it keeps the session's is seen there. */
  checkAddress(c: RequestContext, returnTo: ReturnTo): string {
    const at = String(this.#dependencies.clock());
    return addressWithReturnTo("/login/check", returnTo, { at, proof: this.#proof(c, at) });
  }

  /** The page for a visitor with a session whom an application has sent back too often to be led on to it once more. */
  sentBack(c: RequestContext, target: Target): Response | undefined {
    if (leadOn(c, target.url)) return undefined;
    return this.#page(c, { target, method: "GET" }, "application", target.url);
  }

  /** The page for a visitor without a session who was sent there by this portal just now. */
  checked(c: RequestContext, returnTo: ReturnTo): Response | undefined {
    const { at = "", proof = "" } = c.req.query();
    const expected = Buffer.from(this.#proof(c, at));
    const given = Buffer.from(proof);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    if (this.#dependencies.clock() - Number(at) > longestWay) return undefined;
    return this.#dependencies.browserSessions.isShown(c) ? undefined : this.#page(c, returnTo, "all");
  }

  #page(c: RequestContext, returnTo: ReturnTo, lost: Lost, again = pageWithReturnTo(returnTo)): Response {
    this.#tell(c, lost);
    const { domain } = c.get("cookieDomain");
    const site = siteOf(c, pageWithReturnTo(returnTo));
    return c.html(lostLoginPage({ site, lost, domain, again, requestId: c.get("requestId") }), 403);
  }

  #tell(c: RequestContext, lost: Lost): void {
    const { log, clock } = this.#dependencies;
    const { domain } = c.get("cookieDomain");
    const key = `${lost} ${domain}`;
    const now = clock();
    if ((this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) + silence > now) return;
    this.#toldAt.set(key, now);
    const { address } = c.get("forwarded");
    const userAgent = c.req.header("user-agent");
    log.warn(
      { request_id: c.get("requestId"), address, user_agent: userAgent, domain, reason: reasons[lost] },
      lost === "application"
        ? "an application does not get the session of whoever is logged in"
        : "after a login the session's cookie did not come back",
    );
  }

  /** Of having sent a browser to be looked at, from where it is: others cannot make links that say that a login was lost. */
  #proof(c: RequestContext, at: string): string {
    const about = JSON.stringify([at, c.get("cookieDomain").domain, c.get("forwarded").address]);
    return createHmac("sha256", this.#dependencies.hashKey).update(about).digest("base64url");
  }
}
