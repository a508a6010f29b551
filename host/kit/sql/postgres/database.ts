// Queries over a pool of PostgreSQL connections. Everything has a time limit: a server that is gone means an error, no wait.
import { Pool, type PoolClient, type PoolConfig, types } from "pg";
import { type Database, type Queries, queriesOver, type Run, type Transaction, type Value } from "../queries.ts";
import { objectsFrom } from "../rows.ts";
import { Turns } from "../turns.ts";
import { StoreUnavailable } from "../unavailable.ts";
import type { PostgresChanges } from "./changes.ts";

const bigint = 20;

/** Whole numbers are times and counts, which a double holds exactly. */
export const numberTypes = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === bigint ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
};

export class PostgresDatabase implements Database {
  readonly rows: Queries["rows"];
  readonly changes: Queries["changes"];
  readonly returning: Queries["returning"];
  readonly #pool: Pool;
  readonly #changes: PostgresChanges | undefined;
  readonly #turns: Turns;

  /** `changes` tells of other hosts; it is closed with the database. */
  constructor({ max = 10, ...settings }: PoolConfig, changes?: PostgresChanges) {
    this.#pool = new Pool({ ...settings, max, types: numberTypes });
    // A connection that breaks while nobody uses it is dropped by the pool; the next query gets a new one.
    this.#pool.on("error", () => {});
    this.#changes = changes;
    // A quarter of the connections is left to those who read: a lock that all others wait for does not concern them.
    this.#turns = new Turns(Math.max(1, Math.floor((max * 3) / 4)), settings.connectionTimeoutMillis ?? 5000);
    const run: Run = (sql, values) => query(this.#pool, sql, values);
    const queries = queriesOver(run, (sql, values) => this.#turns.take(() => run(sql, values)));
    this.rows = queries.rows;
    this.changes = queries.changes;
    this.returning = queries.returning;
  }

  /** A connection whose transaction failed is not used again. */
  async transaction<T>(run: (queries: Transaction) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const client = await this.#pool.connect().catch(unavailable);
      // Between two statements a lost connection is told by an event alone; the next statement then fails.
      const ignore = () => {};
      client.on("error", ignore);
      let failed = true;
      try {
        await query(client, "BEGIN");
        const result = await run(transactionOn(client));
        await query(client, "COMMIT");
        failed = false;
        return result;
      } finally {
        client.off("error", ignore);
        client.release(failed);
      }
    });
  }

  watch(listener: () => void): () => void {
    return this.#changes?.watch(listener) ?? (() => {});
  }

  async close(): Promise<void> {
    await this.#changes?.close();
    await this.#pool.end();
  }
}

function transactionOn(client: PoolClient): Transaction {
  let limit: number | undefined;
  const run: Run = (sql, values) => query(client, sql, values, limit);
  return {
    ...queriesOver(run, run),
    async lock(name) {
      await query(client, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
    },
    async takeTime() {
      await query(client, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
      limit = longestTimeout;
    },
    async lockTables(names) {
      await query(client, `LOCK TABLE ${names.join(", ")} IN SHARE ROW EXCLUSIVE MODE`);
    },
  };
}

/** The longest that a timer takes: 25 days. Milliseconds. */
const longestTimeout = 2 ** 31 - 1;

/** `limit`: another time limit than the connection's, in milliseconds. */
async function query(on: Pool | PoolClient, sql: string, values: readonly Value[] = [], limit?: number) {
  const question = { text: sql, values: values.map(storable), ...(limit !== undefined && { query_timeout: limit }) };
  const { rows, rowCount } = await on.query(question).catch(unavailable);
  return { rows: objectsFrom(rows ?? []), changes: rowCount ?? 0 };
}

/** PostgreSQL has no text with U+0000 (chapter 8.3), which anybody can type into a form: it stands there as U+FFFD. */
function storable(value: Value): Value {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}

/** SQLSTATE classes (PostgreSQL, appendix A) of a server that cannot answer now: connection, deadlocks, resources, locks, shutdown. */
const passingClasses = new Set(["08", "40", "53", "55", "57"]);

/** Tells a server that is away from a statement that is wrong. */
function unavailable(error: Error & { code?: string }): never {
  const answered = error.code !== undefined && /^[0-9A-Z]{5}$/.test(error.code);
  if (answered && !passingClasses.has(error.code!.slice(0, 2))) throw error;
  throw new StoreUnavailable(`PostgreSQL does not answer: ${error.message || error.code}`, { cause: error });
}
