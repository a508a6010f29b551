// Queries over a pool of PostgreSQL connections. Everything has a time limit: a server that is gone means an error, no wait.
import { Pool, type PoolClient, type PoolConfig, types } from "pg";
import { StoreUnavailable } from "../unavailable.ts";

export type Value = string | number | boolean | Uint8Array | null;

/** What runs statements: the pool, or one transaction. */
export interface Queries {
  rows<Row>(sql: string, ...values: readonly Value[]): Promise<Row[]>;
  /** How many rows the statement changed. */
  changes(sql: string, ...values: readonly Value[]): Promise<number>;
}

const bigint = 20;

/** Whole numbers are times and counts, which a double holds exactly. */
export const numberTypes = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === bigint ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
};

export class PostgresDatabase implements Queries {
  readonly #pool: Pool;

  constructor(settings: PoolConfig) {
    this.#pool = new Pool({ ...settings, types: numberTypes });
    // A connection that breaks while nobody uses it is dropped by the pool; the next query gets a new one.
    this.#pool.on("error", () => {});
  }

  async rows<Row>(sql: string, ...values: readonly Value[]): Promise<Row[]> {
    return (await query(this.#pool, sql, values)).rows as Row[];
  }

  async changes(sql: string, ...values: readonly Value[]): Promise<number> {
    return (await query(this.#pool, sql, values)).rowCount ?? 0;
  }

  /** Several statements as one step. A connection whose transaction failed is not used again. */
  async transaction<T>(run: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch(unavailable);
    // Between two statements a lost connection is told by an event alone; the next statement then fails.
    const ignore = () => {};
    client.on("error", ignore);
    let failed = true;
    try {
      await query(client, "BEGIN");
      const result = await run({
        rows: async (sql, ...values) => (await query(client, sql, values)).rows,
        changes: async (sql, ...values) => (await query(client, sql, values)).rowCount ?? 0,
      });
      await query(client, "COMMIT");
      failed = false;
      return result;
    } finally {
      client.off("error", ignore);
      client.release(failed);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

async function query(on: Pool | PoolClient, sql: string, values: readonly Value[] = []) {
  return on.query(sql, [...values]).catch(unavailable);
}

/** SQLSTATE classes (PostgreSQL, appendix A) of a server that cannot answer now: connection, deadlocks, resources, locks, shutdown. */
const passingClasses = new Set(["08", "40", "53", "55", "57"]);

/** Tells a server that is away from a statement that is wrong. */
function unavailable(error: Error & { code?: string }): never {
  const answered = error.code !== undefined && /^[0-9A-Z]{5}$/.test(error.code);
  if (answered && !passingClasses.has(error.code!.slice(0, 2))) throw error;
  throw new StoreUnavailable(`PostgreSQL does not answer: ${error.message || error.code}`, { cause: error });
}
