// The thread that has the SQLite database open, so that neither its disk nor its locks hold up the event loop. It never waits
// for another process, not even to open the file: who asks is told that the database is busy and asks again (database.ts).
// There are two connections, so that reading goes on while one transaction is open on the other.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { giveBack } from "../../start-memory.ts";
import { objectsFrom } from "../rows.ts";
import { inSqlite } from "./dialect.ts";
import { type Answer, changed, close, closed, type Opening, type Question, watch } from "./protocol.ts";

/** How often another process's changes are looked for: PRAGMA data_version, a few microseconds. Milliseconds. */
const watchInterval = 100;

class Connection {
  readonly #file: string;
  readonly #pragmas: string;
  #database: DatabaseSync | undefined;
  readonly #statements = new Map<string, { readonly statement: StatementSync; readonly gives: boolean }>();

  constructor(file: string, pragmas: string) {
    this.#file = file;
    this.#pragmas = pragmas;
  }

  /** Opens the file at its first use, which fails while another process recovers it. */
  #open(): DatabaseSync {
    const database = new DatabaseSync(this.#file, { timeout: 0 });
    try {
      database.exec(this.#pragmas);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  run({ sql, values }: Pick<Question, "sql" | "values">): Omit<Answer, "id"> {
    let known = this.#statements.get(sql);
    if (!known) {
      this.#database ??= this.#open();
      const statement = this.#database.prepare(inSqlite(sql));
      known = { statement, gives: statement.columns().length > 0 };
      this.#statements.set(sql, known);
    }
    if (known.gives) return { rows: objectsFrom(known.statement.all(...values)) };
    return { changes: Number(known.statement.run(...values).changes) };
  }

  close(): void {
    this.#database?.close();
  }
}

// A command has ended by then.
setTimeout(giveBack, 2000).unref();

const port = parentPort!;
const connectionsTo = (file: string) => ({
  // FULL: what was acknowledged is on the disk, also when the machine loses power.
  writer: new Connection(file, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"),
  reader: new Connection(file, "PRAGMA query_only = ON"),
});
let connections: ReturnType<typeof connectionsTo>;
// Changes when another connection commits (https://sqlite.org/pragma.html#pragma_data_version). The one that writes does
// not see its own commits so, and the other one makes none. Undefined while the file cannot be read.
const dataVersion = () => {
  try {
    const [row] = connections.writer.run({ sql: "PRAGMA data_version", values: [] }).rows as [{ dataVersion: number }];
    return row.dataVersion;
  } catch {
    return undefined;
  }
};
let watching: NodeJS.Timeout | undefined;

port.on("message", (message: Opening | Question | typeof watch | typeof close) => {
  if (message === close) {
    clearInterval(watching);
    watching = undefined;
    for (const connection of Object.values(connections)) connection.close();
    port.postMessage(closed);
  } else if (message === watch) {
    if (watching) return;
    let seen = dataVersion();
    watching = setInterval(() => {
      const version = dataVersion();
      if (version === undefined || version === seen) return;
      port.postMessage(changed);
      seen = version;
    }, watchInterval);
  } else if ("open" in message) {
    connections = connectionsTo(message.open);
  } else {
    const { id, on } = message;
    try {
      port.postMessage({ id, ...connections[on].run(message) } satisfies Answer);
    } catch (error) {
      const { message: text, errcode } = error as Error & { errcode?: number };
      port.postMessage({ id, error: { message: text, code: errcode } } satisfies Answer);
    }
  }
});
