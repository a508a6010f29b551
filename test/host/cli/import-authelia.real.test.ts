import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder, usersText } from "../../../workshop/host/files.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { writeAutheliaPostgres } from "../migration/authelia/database.ts";
import { openSqliteStores } from "../support/stores.ts";

const encryptionKey = "an encryption key of Authelia that is long enough";
const configuration = `
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
session: { cookies: [{ domain: example.com, authelia_url: 'https://auth.example.com' }] }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
`;

describeWith(postgresProgram, "a PostgreSQL database of Authelia's", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.end());

  test("is carried over like a SQLite file, and nothing is written there", async () => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const people = [
      { username: "bob", totp: { secret, lastUsed: "2026-01-02 03:04:05+00:00" }, method: "totp" as const },
    ];
    const bans = [{ address: "203.0.113.9", expires: "2090-01-01 00:00:00+00:00" }];
    const url = await writeAutheliaPostgres(await server.createDatabase(), { schema: 26, encryptionKey, people, bans });
    const folder = temporaryFolder();
    writeFileSync(join(folder, "configuration.yml"), configuration);
    writeFileSync(join(folder, "users.yml"), await usersText());
    const output = join(folder, "zerohop");
    const args = ["--config", "configuration.yml", "--output", output, "--database", url];
    const { code, stdout, stderr } = await zerohopInProcess(["import", "authelia", ...args], { cwd: folder });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("1 authenticator apps, 0 passkeys, 1 preferred methods and 1 bans, from schema 26");
    const stores = openSqliteStores(join(output, "zerohop.sqlite3"));
    onTestFinished(() => stores.close());
    expect(await stores.totp.of("bob")).toMatchObject({
      digits: 6,
      createdAt: 1_767_323_045,
      lastStep: Math.floor(1_767_323_045 / 30),
    });
  });
});
