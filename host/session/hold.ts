// What somebody sets up in a session, such as a passkey or a provider's account to log in with, outlives that session. So it is kept only
// while the session stands, in the same transaction: otherwise whoever is just being thrown out could leave a way in behind them.
import type { Queries } from "../kit/sql/queries.ts";

/** Whether a session has not ended. If so, whoever ends it does so after this transaction. */
export async function holdSession(queries: Queries, sid: string): Promise<boolean> {
  return (await queries.rows("SELECT sid FROM sessions WHERE sid = $1 FOR UPDATE", sid)).length > 0;
}
