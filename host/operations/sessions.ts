// What operators do to sessions.
import { revokeSession, revokeUser } from "../session/revocation.ts";
import { pageOfSessions, type SessionPage } from "../session/session-page.ts";
import { type SessionCursor, SessionStore } from "../session/store.ts";
import { type Operator, recordOperation } from "./operator.ts";

/** Sessions that live, of one user or all, the one that was seen last first. */
export function listSessions(
  { config, database, clock }: Operator,
  { limit, user, after }: { limit: number; user?: string | undefined; after?: SessionCursor | undefined },
): Promise<SessionPage> {
  const filter = { inactivity: config.session.inactivity, username: user, after, limit };
  return pageOfSessions(new SessionStore(database), clock(), filter);
}

/** Ends sessions. Returns those of the ids that name none. */
export async function revokeSessions(operator: Operator, sids: readonly string[]): Promise<readonly string[]> {
  const { config, database, clock } = operator;
  const sessions = new SessionStore(database);
  const missing: string[] = [];
  for (const sid of sids) {
    const session = await sessions.session(sid);
    if (!(await revokeSession(sessions, config.session, sid, clock()))) missing.push(sid);
    else await recordOperation(operator, { action: "session end", user: session?.username, detail: { session: sid } });
  }
  return missing;
}

/** Ends all sessions of a user. Returns how many there were. */
export async function revokeSessionsOf(operator: Operator, user: string): Promise<number> {
  const { config, database, clock } = operator;
  const sessions = await revokeUser(new SessionStore(database), config.session, user, clock());
  await recordOperation(operator, { action: "session end", user, detail: { sessions } });
  return sessions;
}
