import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../host/kit/sql/open.ts";
import type { PostgresSettings } from "../../../../host/kit/sql/postgres/open.ts";
import { temporaryFolder, writeConfig } from "../../../../workshop/host/files.ts";
import { zerohop } from "../../../../workshop/host/program.ts";
import { describeWith } from "../../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../../workshop/servers/postgres.ts";
import { describeDatabases } from "../../support/databases.ts";

/** Some of what Authelia's migrations make (its schema version 24). */
const autheliaTables = `
  CREATE TABLE migrations (id INTEGER, applied TIMESTAMP, version_before INTEGER, version_after INTEGER);
  CREATE TABLE encryption (id INTEGER, name VARCHAR(100), value BYTES);
  CREATE TABLE authentication_logs (id INTEGER, time TIMESTAMP, successful BOOLEAN, username VARCHAR(100));
  CREATE TABLE totp_configurations (id INTEGER, username VARCHAR(100), secret BYTES);
  CREATE TABLE webauthn_credentials (id INTEGER, username VARCHAR(100), public_key BYTES);
  CREATE TABLE user_preferences (id INTEGER, username VARCHAR(100), second_factor_method VARCHAR(11));
  INSERT INTO totp_configurations (id, username) VALUES (1, 'alice');
`;
const autheliaSqlite = autheliaTables.replaceAll("BYTES", "BLOB");
const autheliaPostgres = autheliaTables.replaceAll("BYTES", "BYTEA");

/** Makes a database file; `journal`: its mode. */
function sqliteFile(file: string, sql: string, journal: "delete" | "wal" = "delete"): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = ${journal}; ${sql}`);
  database.close();
}

/** The files of a folder with what is in them. */
function contents(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name)).toString("base64")]));
}

function open(path: string) {
  return openDatabase({ local: { path }, postgres: null, encryptionKey: "" });
}

describe("a SQLite file", () => {
  test.each(["delete", "wal"] as const)(
    "of Authelia, journal mode %s, is refused by name and left as it is",
    async (journal) => {
      const folder = temporaryFolder();
      const file = join(folder, "db.sqlite3");
      sqliteFile(file, autheliaSqlite, journal);
      const before = contents(folder);
      await expect(open(file)).rejects.toMatchObject({
        code: "storage",
        message:
          `${file} belongs to Authelia: it has the tables authentication_logs, encryption, migrations, totp_configurations, ` +
          "user_preferences and 1 more, and none of Zerohop's. It was left as it is; " +
          "name a file of Zerohop's own in storage.local.path, which need not exist yet",
      });
      expect(contents(folder)).toEqual(before);
    },
  );

  test("of Authelia that is in use, with all of it in the write-ahead log still, is refused", async () => {
    const file = join(temporaryFolder(), "db.sqlite3");
    const authelia = new DatabaseSync(file);
    onTestFinished(() => authelia.close());
    authelia.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; ${autheliaSqlite}`);
    const before = readFileSync(file);
    await expect(open(file)).rejects.toThrow("belongs to Authelia");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test.each([
    ["a table", "CREATE TABLE notes (text TEXT)", "notes"],
    ["a view alone", "CREATE VIEW one AS SELECT 1", "one"],
    [
      "tables that are named like some of Zerohop's",
      "CREATE TABLE meta (version INTEGER); CREATE TABLE sessions (id)",
      "meta, sessions",
    ],
  ])("of a product that nobody knows, with %s, is refused", async (_, sql, names) => {
    const file = join(temporaryFolder(), "db.sqlite3");
    sqliteFile(file, sql);
    await expect(open(file)).rejects.toThrow(
      `belongs to another product: it has the tables ${names}, and none of Zerohop's`,
    );
  });

  test.each([
    ["that is empty", (file: string) => writeFileSync(file, "")],
    ["with no table in it", (file: string) => sqliteFile(file, "CREATE TABLE gone (id INTEGER); DROP TABLE gone")],
    [
      "with nothing but SQLite's own tables",
      (file: string) => sqliteFile(file, "CREATE TABLE gone (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE gone"),
    ],
  ])("%s becomes Zerohop's", async (_, make) => {
    const file = join(temporaryFolder(), "db.sqlite3");
    make(file);
    await (await open(file)).close();
    await (await open(file)).close();
  });
});

describe("a database of Zerohop", () => {
  describeDatabases((create) => {
    test("opens also when somebody has put a table of their own into it", async () => {
      const database = await create();
      await (await database.open()).close();
      await database.execute("CREATE TABLE notes (text TEXT)");
      await database.open();
    });
  });
});

describe("a command that is given the database of Authelia", () => {
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["check", ["check"]],
    ["serve", ["serve"]],
    ["session list", ["session", "list"]],
    ["session revoke", ["session", "revoke", "--user", "alice"]],
    ["audit", ["audit"]],
    ["ban list", ["ban", "list"]],
    ["key rotate", ["key", "rotate"]],
    ["gate config", ["gate", "config"]],
    ["edge-token list", ["edge-token", "list"]],
    ["user disable", ["user", "disable", "alice"]],
    ["user delete", ["user", "delete", "alice"]],
    ["storage backup", ["storage", "backup", "COPY"]],
    ["storage restored", ["storage", "restored"]],
    ["storage encryption check", ["storage", "encryption", "check"]],
  ];

  test.each(commands)(
    "%s refuses it and changes nothing",
    async (_, command) => {
      const folder = temporaryFolder();
      const file = await writeConfig(folder);
      sqliteFile(join(folder, "db.sqlite3"), autheliaSqlite);
      const before = contents(folder);
      const args = command.map((word) => (word === "COPY" ? join(folder, "copy.sqlite3") : word));
      const { code, stderr } = await zerohop([...args, "--config", file]);
      expect(stderr).toContain("belongs to Authelia");
      expect(code).not.toBe(0);
      expect(contents(folder)).toEqual(before);
    },
    120_000,
  );
});

describeWith(postgresProgram, "a PostgreSQL database", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.end(), 60_000);

  async function withClient<T>(
    { host, port, database, username }: PostgresSettings,
    run: (client: Client) => Promise<T>,
  ) {
    const client = new Client({ host, port, database, user: username });
    await client.connect();
    try {
      return await run(client);
    } finally {
      await client.end();
    }
  }

  const tables = (settings: PostgresSettings) =>
    withClient(settings, async (client) => {
      const sql =
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
      return (await client.query(sql)).rows;
    });

  const openIn = (settings: PostgresSettings) => openDatabase({ local: null, postgres: settings, encryptionKey: "" });

  test("with Authelia's tables is refused by name and left as it is", async () => {
    const settings = await server.createDatabase();
    await withClient(settings, (client) => client.query(autheliaPostgres));
    const before = await tables(settings);
    await expect(openIn(settings)).rejects.toThrow(
      `the schema public of the database ${settings.database} belongs to Authelia: it has the tables authentication_logs, encryption`,
    );
    expect(await tables(settings)).toEqual(before);
  });

  test("with Authelia's tables in another schema than the first of the search_path becomes Zerohop's", async () => {
    const settings = await server.createDatabase();
    await withClient(settings, (client) => client.query(`${autheliaPostgres}; CREATE SCHEMA zerohop`));
    // The default search_path is "$user", public, and the user is zerohop.
    await (await openIn(settings)).close();
    await (await openIn(settings)).close();
  });

  test("whose tables of Zerohop an empty schema hides is refused: its second factors would seem gone", async () => {
    const settings = await server.createDatabase();
    await (await openIn(settings)).close();
    await withClient(settings, (client) => client.query("CREATE SCHEMA zerohop"));
    const before = await tables(settings);
    await expect(openIn(settings)).rejects.toThrow("the tables of Zerohop are in the schema public");
    expect(await tables(settings)).toEqual(before);
  });

  test("that two hosts open in the same moment becomes Zerohop's", async () => {
    const settings = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openIn(settings)));
    for (const store of stores) await store.close();
  });
});
