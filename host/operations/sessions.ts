// What operators do to sessions.
import { revokeSession, revokeUser } from "../session/revocation.ts";
import { type SessionCursor, SessionStore, type StoredSession } from "../session/store.ts";
import { type Operator, recordOperation } from "./operator.ts";

export interface SessionsPage {
  readonly sessions: readonly StoredSession[];
  /** Where the listing goes on; undefined: this is all. */
  readonly next: SessionCursor | undefined;
}

/** Sessions that live, of one user or all, the one that was seen last first. */
export async function listSessions(
  { config, database, clock }: Operator,
  { limit, user, after }: { limit: number; user?: string | undefined; after?: SessionCursor | undefined },
): Promise<SessionsPage> {
  const found = await new SessionStore(database).sessions(clock(), {
    ...{ inactivity: config.session.inactivity, limit: limit + 1 },
    ...(user !== undefined && { username: user }),
    ...(after && { after }),
  });
  const sessions = found.slice(0, limit);
  return { sessions, next: found.length > limit ? sessions.at(-1) : undefined };
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
