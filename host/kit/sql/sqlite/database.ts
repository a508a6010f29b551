// Queries over one SQLite file, which a thread of its own has open.
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type Database, type Queries, queriesOver, type Run, type Transaction, type Value } from "../queries.ts";
import { Turns } from "../turns.ts";
import { StoreUnavailable } from "../unavailable.ts";
import { isLocked, sqliteProblem } from "./locked.ts";
import { type Answer, changed, close, closed, type Opening, type Question, watch } from "./protocol.ts";

/** How long somebody waits for those who write, in this process and others. Milliseconds. */
const patience = 3000;

/** The longest wait between two looks whether another process has finished its transaction. Milliseconds. */
const longestPause = 25;

/** Result codes of a file that cannot be used now: SQLITE_READONLY, SQLITE_IOERR (a quota too), SQLITE_FULL, SQLITE_CANTOPEN. */
const passingCodes: readonly number[] = [8, 10, 13, 14];

/** Threads that have closed their file and take another one: to start one takes longer than all else that opens a database. */
const idle: Worker[] = [];

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

class SqliteError extends Error {
  override readonly name = "SqliteError";
  readonly errcode: number | undefined;

  constructor({ message, code }: NonNullable<Answer["error"]>) {
    super(message);
    this.errcode = code;
  }
}

export class SqliteDatabase implements Database {
  readonly rows: Queries["rows"];
  readonly changes: Queries["changes"];
  readonly returning: Queries["returning"];
  readonly #file: string;
  readonly #transaction: Transaction;
  readonly #turns = new Turns(1, patience);
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<() => void>();
  #thread: Worker | undefined;
  #lastId = 0;
  #closed: Promise<void> | undefined;

  /** Takes a file at the current schema. The thread starts with the first statement. */
  constructor(file: string) {
    this.#file = file;
    const run =
      (on: Question["on"]): Run =>
      (sql, values) =>
        this.#ask(on, sql, values);
    const [read, write] = [run("reader"), run("writer")];
    const queries = queriesOver(
      (sql, values) => this.#whenFree(performance.now() + patience, () => read(sql, values)),
      (sql, values) => {
        const deadline = performance.now() + patience;
        return this.#turns.take(() => this.#whenFree(deadline, () => write(sql, values)));
      },
    );
    this.rows = queries.rows;
    this.changes = queries.changes;
    this.returning = queries.returning;
    this.#transaction = {
      ...queriesOver(write, write),
      lock: async () => {},
      takeTime: async () => {},
      lockTables: async () => {},
    };
  }

  async transaction<T>(run: (queries: Transaction) => Promise<T>): Promise<T> {
    const deadline = performance.now() + patience;
    return this.#turns.take(async () => {
      // At once with the lock to write: one that is taken later can fail between two statements.
      await this.#whenFree(deadline, () => this.#ask("writer", "BEGIN IMMEDIATE"));
      try {
        const result = await run(this.#transaction);
        await this.#ask("writer", "COMMIT");
        return result;
      } catch (error) {
        // Fails when SQLite has rolled back by itself.
        await this.#ask("writer", "ROLLBACK").catch(() => {});
        throw this.#passing(error);
      }
    });
  }

  #ask(on: Question["on"], sql: string, values: readonly Value[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const thread = this.#started();
      // The process may end while nobody waits for an answer.
      if (this.#waiting.size === 0) thread.ref();
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      // A copy of bytes, or all of what they are a part of would go with them.
      const copies = values.map((value) => (value instanceof Uint8Array ? new Uint8Array(value) : value));
      thread.postMessage({ id, on, sql, values: copies } satisfies Question);
    });
  }

  #started(): Worker {
    if (this.#thread) return this.#thread;
    if (this.#closed) throw new Error("the database is closed");
    const thread = idle.pop() ?? startThread();
    this.#thread = thread;
    thread.postMessage({ open: this.#file } satisfies Opening);
    thread.on("message", (message: Answer | typeof changed | typeof closed) => {
      if (message === changed) for (const listener of [...this.#listeners]) listener();
      else if (message !== closed) this.#settle(message);
    });
    const lost = (error: Error) => {
      if (this.#thread === thread) this.#thread = undefined;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    thread.once("error", lost);
    thread.once("exit", () => lost(new Error("the thread that has the database open ended without an answer")));
    if (this.#listeners.size > 0) thread.postMessage(watch);
    thread.unref();
    return thread;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0 && !this.#closed) this.#thread?.unref();
    if (answer.error) waiting?.reject(new SqliteError(answer.error));
    else waiting?.resolve(answer);
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#started().postMessage(watch);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#listeners.clear();
    // The process must not end before the thread has closed the file.
    this.#thread?.ref();
    this.#closed ??= this.#turns.take(async () => {
      const thread = this.#thread;
      if (!thread) return;
      // It answers in order: what was asked for before is done then.
      const hasClosed = new Promise<boolean>((resolve) => {
        thread.on("message", (message) => message === closed && resolve(true));
        thread.once("exit", () => resolve(false));
      });
      thread.postMessage(close);
      if (!(await hasClosed)) return;
      for (const event of ["message", "error", "exit"]) thread.removeAllListeners(event);
      thread.unref();
      idle.push(thread);
    }, Number.POSITIVE_INFINITY);
    return this.#closed;
  }

  /** Asks again while another process has the database locked, until the deadline (of performance.now()). */
  async #whenFree<T>(deadline: number, ask: () => Promise<T>): Promise<T> {
    for (let pause = 1; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        return await ask();
      } catch (error) {
        const { errcode } = error as SqliteError;
        if (!isLocked(errcode) || performance.now() + pause > deadline) throw this.#passing(error);
      }
      await sleep(pause);
    }
  }

  /** Tells a database that is not to be had now from a statement that is wrong. */
  #passing(error: unknown): unknown {
    if (!(error instanceof SqliteError) || error.errcode === undefined) return error;
    if (!isLocked(error.errcode) && !passingCodes.includes(error.errcode & 0xff)) return error;
    return new StoreUnavailable(`SQLite cannot do it now: ${sqliteProblem(this.#file, error)}`, { cause: error });
  }
}

function startThread(): Worker {
  // node:sqlite is experimental in some releases of Node 24, and a thread has warnings of its own.
  const execArgv = ["--disable-warning=ExperimentalWarning"];
  return new Worker(new URL("./thread.ts", import.meta.url), { execArgv });
}
