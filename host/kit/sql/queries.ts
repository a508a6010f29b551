// What the store asks of a database. There is one set of statements, in the SQL that SQLite and PostgreSQL have in common and
// in PostgreSQL's words where they differ (sqlite/dialect.ts has SQLite's); a driver for each runs them.

export type Value = string | number | Uint8Array | null;

export interface Queries {
  /** The rows of a SELECT, each with a property for each column (rows.ts). Parameters are `$1`, `$2` and so on. */
  rows<Row>(sql: string, ...values: readonly Value[]): Promise<Row[]>;
  /** Runs a statement that writes; how many rows it has changed. */
  changes(sql: string, ...values: readonly Value[]): Promise<number>;
  /** Runs a statement that writes; the rows of its RETURNING. */
  returning<Row>(sql: string, ...values: readonly Value[]): Promise<Row[]>;
}

/** Runs a statement: what it has given, and how many rows it has changed. */
export type Run = (sql: string, values: readonly Value[]) => Promise<{ rows?: unknown; changes?: number }>;

export function queriesOver(read: Run, write: Run): Queries {
  return {
    rows: async <Row>(sql: string, ...values: readonly Value[]) => (await read(sql, values)).rows as Row[],
    changes: async (sql, ...values) => (await write(sql, values)).changes!,
    returning: async <Row>(sql: string, ...values: readonly Value[]) => (await write(sql, values)).rows as Row[],
  };
}

/** Several statements as one step. */
export interface Transaction extends Queries {
  /**
   * Keeps out every other transaction that locks the same name, to the end of this one: for a step that reads before it
   * writes. In SQLite every transaction has the whole database to itself.
   */
  lock(name: string): Promise<void>;
  /** Lets what this transaction does from now on take as long as it needs, where a statement has a time limit: at the start of a host. */
  takeTime(): Promise<void>;
  /** Keeps everybody else from writing to tables, to the end of this transaction. */
  lockTables(names: readonly string[]): Promise<void>;
}

/**
 * A database. Each statement outside of a transaction is a step of its own. Reading waits for nobody who writes. Everything
 * rejects with StoreUnavailable when the database cannot be reached, or is locked for longer than anybody should wait.
 */
export interface Database extends Queries {
  /** Other processes see what `run` writes wholly or not at all; not at all when it throws. `run` asks `queries` alone. */
  transaction<T>(run: (queries: Transaction) => Promise<T>): Promise<T>;
  /** Calls the listener soon after another process has changed something, or may have. Returns what stops it. */
  watch(listener: () => void): () => void;
  /** Ends when all that was asked for is done. */
  close(): Promise<void>;
}

/** Parameters from `$first` on, for so many values, as IN and VALUES take them: `$1, $2, $3`. */
export function parameters(count: number, first = 1): string {
  return Array.from({ length: count }, (_, index) => `$${first + index}`).join(", ");
}
