// What the JSON API asks of a session before it acts.
import type { LiveSession } from "../session/sessions.ts";
import { currentSession } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { isFresh } from "./fresh-authentication.ts";
import { refuse } from "./problems.ts";

/** The session of a request. Refuses with 401 when there is none. */
export async function requireSession(c: RequestContext, parts: Parts): Promise<LiveSession> {
  const live = await currentSession(c, parts);
  if (!live) throw refuse(401, "Log in first.");
  return live;
}

/** The session of a visitor who has just shown who they are. Refuses with 401, and with 403 when that is too long ago. */
export async function requireFreshSession(c: RequestContext, parts: Parts): Promise<LiveSession> {
  const live = await requireSession(c, parts);
  if (await isFresh(live, parts)) return live;
  const has = await parts.secondFactors.has(live.user.name);
  throw refuse(403, has ? "Confirm your second factor first." : "Enter your password again first.");
}
