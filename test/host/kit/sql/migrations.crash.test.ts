// A database of every earlier version, with something in each of its tables, is brought to the current schema.
import { createCipheriv, generateKeyPairSync, randomBytes, scryptSync } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AuthenticatorApps } from "../../../../host/features/second-factor/totp/authenticator-apps.ts";
import { KeyEncryption } from "../../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../../host/session/keyring.ts";
import { encryptionKey } from "../../../../workshop/host/files.ts";
import { startNodeProgram } from "../../../../workshop/processes/node-program.ts";
import { describeDatabases, type Row, type TestDatabase } from "../../support/databases.ts";
import { App } from "../../support/second-factor.ts";
import type { Stores } from "../../support/stores.ts";

const now = 1_790_000_000;
const salt = Buffer.from("sixteen bytes ok");
const totpSecret = Buffer.from("twenty bytes of TOTP");
const totpSecretBase32 = "OR3WK3TUPEQGE6LUMVZSA33GEBKE6VCQ";

const key = scryptSync(encryptionKey, salt, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });

/** Sealed as the first releases did: without the id of the key. */
function sealedBefore(plaintext: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([Buffer.of(1), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function signingKey(kid: string, purpose: string): Row {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const sealed = sealedBefore(Buffer.from(d!, "base64url"), `zerohop signing key, ${purpose}, ${kid}`);
  return { kid, purpose, public_key: x!, private_key: sealed, created_at: now, retired_at: null };
}

/** Rows of every table, as the current schema has them; an earlier version has no table or column of later ones. */
function sampleRows(): Readonly<Record<string, readonly Row[]>> {
  return {
    constants: [{ name: "key_encryption_salt", value: salt.toString("base64url") }],
    signing_keys: [signingKey("r", "root"), signingKey("s", "session")],
    sessions: [
      {
        ...{ sid: "session", username: "alice", domain: "example.com", created_at: now, auth_time: now, level: 2 },
        ...{ amr: '["pwd","otp"]', remember_me: 1, expires_at: now + 3600, lease_until: now + 60, last_seen: now },
        ...{ address: "192.0.2.1", user_agent: "test" },
      },
    ],
    revoked_sessions: [{ sid: "ended", forget_at: now + 900 }],
    not_before: [{ username: "bob", time: now, forget_at: now + 900 }],
    bundle: [{ id: 1, version: 41, content_hash: "hash", issued_at: 0 }],
    edge_tokens: [{ hash: Buffer.of(1), name: "gate", created_at: now, last_used: now }],
    totp: [
      {
        ...{
          username: "alice",
          secret: sealedBefore(totpSecret, "totp secret of alice"),
          algorithm: "SHA1",
          digits: 6,
        },
        ...{ period: 30, created_at: now, last_step: 1, last_used_at: now },
      },
    ],
    totp_enrolments: [
      {
        sid: "session",
        username: "bob",
        secret: sealedBefore(totpSecret, "totp secret of bob"),
        expires_at: now + 900,
      },
    ],
    recovery_codes: [{ username: "alice", hash: Buffer.of(2), created_at: now, used: 0 }],
    passkeys: [
      {
        ...{ id: "passkey", username: "alice", rp_id: "auth.example.com", public_key: Buffer.of(3), counter: 7 },
        ...{ transports: '["usb"]', synced: 0, discoverable: 1, name: "Key", created_at: now, last_used_at: null },
      },
    ],
    user_handles: [{ username: "alice", rp_id: "", handle: "handle" }],
    challenges: [{ hash: Buffer.of(4), purpose: "login", bound_to: "browser", expires_at: now + 300 }],
    regulation: [
      {
        ...{ subject: "subject", owner: "owner", kind: "user", label: "alice", failures: "[1,2]", held_until: now + 9 },
        ...{ banned: 1, bans: 2, forget_at: now + 99 },
      },
    ],
    known_places: [{ place: "place", owner: "owner", seen_at: now }],
    audit: [
      {
        ...{ at: now, action: "login", outcome: "success", by: "user", username: "alice", address: "192.0.2.1" },
        ...{ request_id: "request", detail: '{"amr":"pwd"}' },
      },
    ],
    heartbeat: [{ id: 1, at: now }],
    outbox: [
      {
        ...{ id: "mail", purpose: "reset", user_hash: "user", address_hash: "address", created_at: now },
        ...{ message: sealedBefore(Buffer.from("{}"), "mail mail"), expires_at: now + 9, due_at: now, attempts: 1 },
      },
    ],
    hash_keys: [{ name: "regulation", sealed: sealedBefore(randomBytes(32), "hash key, regulation") }],
    password_resets: [
      {
        ...{ username: "alice", token: Buffer.of(5), browser: Buffer.of(6), created_at: now, not_before: now },
        expires_at: now + 600,
      },
    ],
    reset_requests: [{ subject: "subject", at: now }],
    one_time_codes: [
      {
        ...{ revocation: Buffer.of(7), sid: "session", username: "alice", hash: Buffer.of(8), tries: 5 },
        ...{ expires_at: now + 300, forget_at: now + 86_400 },
      },
    ],
    preferred_factors: [{ username: "alice", factor: "totp" }],
    languages: [{ username: "alice", language: "de" }],
    elevated_sessions: [{ sid: "session", expires_at: now + 600 }],
    provider_accounts: [
      {
        ...{ username: "carol@company", name_key: "carol@company", provider: "company", display_name: "Carol" },
        ...{ email: "carol@example.com", groups: '["dev"]', disabled: 0, created_at: now },
      },
    ],
    provider_identities: [
      {
        ...{ provider: "company", issuer: "https://id.example.com", subject: "1", username: "carol@company" },
        ...{ created_at: now, last_login: now },
      },
    ],
    provider_logins: [
      {
        ...{ id: "login", provider: "company", issuer: "https://id.example.com", subject: "1", provider_sid: "sid" },
        ...{ username: "carol@company", id_token: null, refresh_token: null, refresh_at: now + 60, silent_since: null },
        ...{ ended: 0, created_at: now, expires_at: now + 3600 },
      },
    ],
    provider_logouts: [
      { provider: "company", jti: "jti", provider_sid: "sid", subject: null, at: now, forget_at: now + 900 },
    ],
    provider_invitations: [{ hash: Buffer.of(9), provider: "company", created_at: now, expires_at: now + 900 }],
  };
}

/** Makes a database as a release of that version did, with rows in all of its tables. Returns the rows. */
async function makeVersion(database: TestDatabase, version: number): Promise<ReadonlyMap<string, readonly Row[]>> {
  await database.execute("CREATE TABLE meta (version BIGINT NOT NULL)".replace("BIGINT", integerOf(database)));
  for (const migration of database.migrations.slice(0, version)) await database.execute(migration);
  await database.execute(`INSERT INTO meta (version) VALUES (${version})`);
  const samples = sampleRows();
  const made = new Map<string, readonly Row[]>();
  for (const [table, columns] of await database.columns()) {
    if (table === "meta") continue;
    const rows = (samples[table] ?? []).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => columns.has(name))),
    );
    expect(rows, `a sample of ${table}`).not.toEqual([]);
    for (const row of rows) await database.insert(table, row);
    made.set(table, rows);
  }
  return made;
}

function integerOf({ config }: TestDatabase): string {
  return config.local ? "INTEGER" : "BIGINT";
}

async function versionOf(database: TestDatabase): Promise<number> {
  return Number((await database.rows("meta"))[0]!.version);
}

describeDatabases((create) => {
  test("of every earlier version is brought to the current schema, with all that is in it", async () => {
    const fresh = await create();
    await (await fresh.open()).close();
    const newest = await versionOf(fresh);
    const schema = await withoutMeta(fresh);
    for (let version = 1; version < newest; version++) {
      const database = await create();
      const made = await makeVersion(database, version);
      const store = await database.open();
      expect(await versionOf(database)).toBe(newest);
      expect(await withoutMeta(database), `the schema after version ${version}`).toEqual(schema);
      for (const [table, rows] of made) expect(plain(await database.rows(table)), table).toMatchObject(plain(rows));
      const encryption = await KeyEncryption.open(store.encryption, encryptionKey);
      const keyring = await Keyring.open(store.keys, encryption, () => now);
      expect([keyring.root.kid, keyring.session.kid]).toEqual(["r", "s"]);
      if (made.has("totp")) await useFactors(store, encryption);
      await store.close();
    }
  }, 120_000);

  async function useFactors(store: Stores, encryption: KeyEncryption) {
    const config = {
      disable: false,
      issuer: "test",
      algorithm: "SHA1",
      digits: 6,
      period: 30,
      skew: 1,
      secretSize: 20,
    };
    const apps = new AuthenticatorApps(config as never, store.totp, encryption, () => now);
    const app = new App(totpSecretBase32);
    expect(await apps.verify("alice", app.code(now))).toBe(true);
    expect(await apps.confirm("session", "bob", app.code(now))).toBe(true);
    expect(await apps.verify("bob", app.code(now + 30))).toBe(true);
    const { broken } = await encryption.check();
    expect(broken).toEqual([]);
  }

  test("stays at its version when the upgrade fails, and is upgraded by the next that does not", async () => {
    const database = await create();
    const made = await makeVersion(database, 2);
    const before = await database.schema();
    await database.execute("CREATE TABLE heartbeat (in_the_way TEXT)");
    await expect(database.open()).rejects.toMatchObject({ code: "storage" });
    await database.execute("DROP TABLE heartbeat");
    expect([await versionOf(database), await database.schema()]).toEqual([2, before]);
    await database.open();
    for (const [table, rows] of made) expect(plain(await database.rows(table)), table).toMatchObject(plain(rows));
  });

  test("killed at whichever statement of the upgrade is as before, or upgraded", async () => {
    const database = await create();
    await makeVersion(database, 1);
    const before = await database.schema();
    let killed = 0;
    for (; ; killed++) {
      const ended = await openUntil(killed + 1, database);
      if (ended !== "SIGKILL") break;
      // Killed after the commit, it has all; killed before, nothing.
      if ((await versionOf(database)) === 1) expect(await database.schema()).toEqual(before);
      else break;
    }
    // At least as often as there are steps.
    expect(killed).toBeGreaterThanOrEqual(database.migrations.length - 1);
    const fresh = await create();
    await fresh.open();
    expect(await withoutMeta(database)).toEqual(await withoutMeta(fresh));
  }, 120_000);

  test("that a newer release has written is refused, and left as it is", async () => {
    const database = await create();
    await (await database.open()).close();
    await database.execute("UPDATE meta SET version = version + 1");
    const before = await database.schema();
    await expect(database.open()).rejects.toThrow("it was written by a newer release");
    expect(await database.schema()).toEqual(before);
  });
});

/** Opens the database in a process that kills itself at its statement of that number. Returns the signal, if it came to it. */
async function openUntil(statement: number, { config }: TestDatabase): Promise<NodeJS.Signals | null> {
  const program = join(import.meta.dirname, "opener.ts");
  const child = startNodeProgram(program, [JSON.stringify(config), String(statement)]);
  child.stdout.resume();
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** The table of the version was made before there were steps, and differs in its words only. */
async function withoutMeta(database: TestDatabase): Promise<unknown> {
  const schema = (await database.schema()) as unknown[];
  return schema.flat().filter((entry) => !/\bmeta\b/.test(JSON.stringify(entry)));
}

/** Bytes as Buffers, whatever the database has them as, and rows in a steady order. */
function plain(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]),
      ),
    )
    .sort((a, b) => (Object.values(a).join() < Object.values(b).join() ? -1 : 1));
}
