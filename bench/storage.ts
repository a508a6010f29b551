// `npm run bench -- storage [--sessions 100000] [--audit 1000000] [--databases sqlite,postgres]`: what hosts and operators ask of a
// database that holds so much, next to one that holds a thousandth of it: milliseconds of each, and how long a host takes to start with it.
// A request that the database does not answer in time fails it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import type { StorageConfig } from "../host/kit/sql/config.ts";
import { openDatabase } from "../host/kit/sql/open.ts";
import type { Database } from "../host/kit/sql/queries.ts";
import { OutageStore } from "../host/session/outage-store.ts";
import { hostListens, startHost } from "../workshop/host/program.ts";
import { usersFile } from "../workshop/host/users.ts";
import { freePort } from "../workshop/processes/ports.ts";
import { startPostgres } from "../workshop/servers/postgres.ts";
import { machineFacts } from "./measure/machine.ts";
import { positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";
import { type Content, contentOf, fill } from "./storage/fill.ts";
import { inactivity, measure, operationsOf } from "./storage/operations.ts";

type Storage = Omit<StorageConfig, "encryptionKey">;

const encryptionKey = "only for the benchmarks of zerohop";
/** A host that starts makes up for so long without one. Seconds. */
const outage = 900;
/** The small database holds so much less. */
const smaller = 1000;

/** Milliseconds; Infinity where there was no answer in time. */
interface Times {
  readonly median: number;
  /** How long somebody else waited for theirs; undefined: nobody asked. */
  readonly meanwhile?: number;
}

interface Measured {
  readonly bytes: number;
  /** By the title of the operation. */
  readonly times: ReadonlyMap<string, Times>;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: "string", default: "100000" },
      audit: { type: "string", default: "1000000" },
      databases: { type: "string", default: "sqlite,postgres" },
    },
  });
  const sessions = positiveInteger("sessions", values.sessions);
  const audit = positiveInteger("audit", values.audit);
  const folder = mkdtempSync(join(tmpdir(), "zerohop-storage-"));
  try {
    const small = contentOf(Math.max(100, sessions / smaller), Math.max(100, audit / smaller));
    const sizes = [small, contentOf(sessions, audit)] as const;
    const measureBoth = async (storageOf: (index: number) => Promise<Storage>) =>
      [
        await measureOne(folder, sizes[0], await storageOf(0)),
        await measureOne(folder, sizes[1], await storageOf(1)),
      ] as const;
    for (const name of values.databases.split(",")) {
      if (name === "sqlite") {
        const file = async (index: number) => ({ local: { path: join(folder, `${index}.sqlite`) }, postgres: null });
        print("SQLite", sizes, await measureBoth(file));
      } else if (name === "postgres") {
        const server = await startPostgres();
        try {
          const database = async () => ({ local: null, postgres: { ...(await server.createDatabase()), timeout: 5 } });
          print("PostgreSQL", sizes, await measureBoth(database));
        } finally {
          await server.end();
        }
      } else throw new Error(`--databases must be sqlite, postgres or both, not ${name}`);
    }
    console.log(machineFacts());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOne(folder: string, content: Content, storage: Storage): Promise<Measured> {
  const times = new Map<string, Times>();
  const config = await writeConfig(folder, content, storage);
  const opened = async (use: (database: Database) => Promise<void>) => {
    const database = await openDatabase({ ...storage, encryptionKey });
    try {
      await use(database);
    } finally {
      await database.close();
    }
  };
  // The first who opens a database makes its tables.
  await opened(async () => {});
  console.error(`filling a database with ${content.sessions} sessions and ${content.audit} events ...`);
  const bytes = await fill(storage, content);
  const take = async (title: string, measured: () => Promise<Times>) => {
    const one = await measured().catch((error: Error): Times => {
      console.error(`${title}: ${error.message}`);
      process.exitCode = 1;
      return { median: Number.POSITIVE_INFINITY };
    });
    times.set(title, one);
  };
  const start = (title: string) => take(title, async () => ({ median: (await startSeconds(config)) * 1000 }));
  await start("a host starts");
  await opened((database) => new OutageStore(database).beat(content.now - outage));
  await start(`a host starts after ${outage / 60} minutes without one`);
  await opened(async (database) => {
    for (const [title, operation] of Object.entries(operationsOf(database, content)))
      await take(title, () => measure(database, operation));
  });
  return { bytes, times };
}

/** Starts a host, waits until it listens, and stops it. Seconds until then. */
async function startSeconds({ file, port }: { readonly file: string; readonly port: number }): Promise<number> {
  const begun = performance.now();
  const host = startHost(file, `${file}.log`);
  try {
    await hostListens(host, port);
    return (performance.now() - begun) / 1000;
  } finally {
    await host.stop();
  }
}

async function writeConfig(folder: string, { users }: Content, { local, postgres }: Storage) {
  const people = Object.fromEntries(Array.from({ length: users }, (_, index) => [`user${index}`, {}]));
  writeFileSync(join(folder, "users.yml"), await usersFile(people), { mode: 0o600 });
  const port = await freePort();
  const file = join(folder, "zerohop.yml");
  const server = postgres && {
    address: `${postgres.host}:${postgres.port}`,
    ...{ database: postgres.database, username: postgres.username, tls: { disable: true } },
  };
  const config = {
    server: { address: `tcp://127.0.0.1:${port}` },
    storage: { encryption_key: encryptionKey, ...(local && { local }), ...(server && { postgres: server }) },
    session: {
      inactivity: `${inactivity}s`,
      expiration: "30d",
      cookies: [{ domain: "example.com", portal_url: "https://auth.example.com" }],
    },
    authentication_backend: { file: { path: "users.yml" } },
    access_control: { default_policy: "one_factor" },
  };
  writeFileSync(file, stringify(config));
  return { file, port };
}

function print(
  name: string,
  [small, large]: readonly [Content, Content],
  [one, other]: readonly [Measured, Measured],
): void {
  const figure = (milliseconds: number | undefined) => {
    if (milliseconds === undefined) return "";
    return Number.isFinite(milliseconds) ? milliseconds.toFixed(milliseconds < 100 ? 1 : 0) : "no answer";
  };
  const rows = [...other.times].map(([title, { median, meanwhile }]) => {
    const before = one.times.get(title)!;
    return [title, figure(before.median), figure(median), `${(median / before.median).toFixed(1)}x`, figure(meanwhile)];
  });
  const holding = ({ sessions, audit }: Content) => `${sessions} sessions, ${audit} events`;
  const columns = [name, `ms with ${holding(small)}`, `with ${holding(large)}`, "", "another waits at most"];
  console.log(markdownTable(columns, rows));
  console.log(`\n${(other.bytes / 2 ** 20).toFixed(0)} MiB\n`);
}
