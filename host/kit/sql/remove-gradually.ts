// Removes many rows while others use the database: some at a time, so that nobody waits for longer than those take.
import type { Database, Value } from "./queries.ts";

/** Rows that one statement removes. */
const atOnce = 200;
/** What takes longer is gone on with when it is asked for again. Milliseconds. */
const patience = 5000;

/**
 * Removes the rows of a table for which a condition holds, those first that are first in an order, which has to be an index's. `key` is the
 * column that tells a row from others. Rows that another transaction has locked stay.
 */
export async function removeGradually(
  database: Database,
  { table, key, condition, order }: Readonly<Record<"table" | "key" | "condition" | "order", string>>,
  ...values: readonly Value[]
): Promise<void> {
  const some = `SELECT ${key} FROM ${table} WHERE ${condition} ORDER BY ${order} LIMIT ${atOnce} FOR UPDATE SKIP LOCKED`;
  const remove = `DELETE FROM ${table} WHERE ${key} IN (${some})`;
  for (const end = performance.now() + patience; performance.now() < end; )
    if ((await database.changes(remove, ...values)) < atOnce) return;
}
