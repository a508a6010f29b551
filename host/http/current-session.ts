// The session behind a request's cookies. A neighbouring host can set cookies of the session's name for the whole domain, with a
// session of its own in them: what the portal shows and does goes by the one that it has given to this browser.
import { HTTPException } from "hono/http-exception";
import { cookieValues, signatureLimit } from "../session/cookie.ts";
import type { LiveSession, Visitor } from "../session/sessions.ts";
import { unprovenClaims } from "../session/token.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { isBound, isProgram } from "./session-binding.ts";

/** Several sessions were shown: as at a gate, nobody can tell who is asking. */
export class SeveralSessions extends HTTPException {
  constructor() {
    super(400, { message: "The request has several sessions. Log out, and log in again." });
  }
}

/** The session that this browser was given, when it lives. Throws SeveralSessions when it shows another one as well. */
export async function currentSession(c: RequestContext, parts: Parts): Promise<LiveSession | undefined> {
  const [live, another] = await sessionsShown(c, parts);
  if (another) throw new SeveralSessions();
  return live && (isProgram(c) || isBound(c, parts, live.session.sid)) ? live : undefined;
}

/** Every session of the request's cookies that lives, whoever has set them; the one that this browser was given comes first. */
export async function sessionsShown(c: RequestContext, parts: Parts): Promise<readonly LiveSession[]> {
  const { config, sessions, keyring } = parts;
  const own: string[] = [];
  const others: string[] = [];
  for (const token of cookieValues(c.req.header("cookie"), config.session.name)) {
    const claims = unprovenClaims(token, keyring.verificationKeys);
    if (claims) (isBound(c, parts, claims.sid) ? own : others).push(token);
  }
  const shown = new Map<string, LiveSession>();
  for (const token of [...own, ...others].slice(0, signatureLimit)) {
    const live = await sessions.resume(token, c.get("cookieDomain"));
    if (live) shown.set(live.session.sid, live);
  }
  return [...shown.values()];
}

export function visitor(c: RequestContext): Visitor {
  return { address: c.get("forwarded").address, userAgent: c.req.header("user-agent") ?? "" };
}
