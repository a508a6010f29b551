// The session behind a request's cookie.
import { cookieValues } from "../session/cookie.ts";
import type { LiveSession, Visitor } from "../session/sessions.ts";
import type { Parts, RequestContext } from "./environment.ts";

/** The first of the request's session cookies whose session lives. */
export async function currentSession(c: RequestContext, { config, sessions }: Parts): Promise<LiveSession | undefined> {
  for (const token of cookieValues(c.req.header("cookie"), config.session.name)) {
    const live = await sessions.resume(token, c.get("cookieDomain"));
    if (live) return live;
  }
  return undefined;
}

export function visitor(c: RequestContext): Visitor {
  return { address: c.get("forwarded").address, userAgent: c.req.header("user-agent") ?? "" };
}
