// The encryption key of the database: what it seals, that nothing else gets in, and its change.
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AuthenticatorApps } from "../../../host/features/second-factor/totp/authenticator-apps.ts";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { keyIdConstant, sealedColumns, sealings } from "../../../host/kit/encryption/sealed-columns.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { startNodeProgram } from "../../../workshop/processes/node-program.ts";
import { describeDatabases, type TestDatabase } from "../support/databases.ts";
import { App } from "../support/second-factor.ts";
import type { Stores } from "../support/stores.ts";

const now = 1_790_000_000;
const [oldKey, newKey] = ["the old key of the database", "the new key of the database"] as const;
const totp = {
  disable: false,
  issuer: "test",
  algorithm: "SHA1",
  digits: 6,
  period: 30,
  skew: 1,
  secretSize: 20,
} as const;

function appsOf(store: Stores, encryption: KeyEncryption): AuthenticatorApps {
  return new AuthenticatorApps(totp, store.totp, encryption, () => now);
}

/** Puts a value into every sealed column, by the parts of the host that seal. */
async function sealEverything(store: Stores, encryption: KeyEncryption): Promise<{ readonly app: App }> {
  await Keyring.open(store.keys, encryption, () => now);
  const apps = appsOf(store, encryption);
  const app = new App((await apps.enrol("sid", "alice")).secret);
  await store.sessions.addSession({
    ...{ sid: "sid", username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
    ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
  });
  expect(await apps.confirm("sid", "alice", app.code(now))).toBe(true);
  await apps.enrol("other", "bob");
  const mail = encryption.seal(Buffer.from("{}"), sealings.mail("mail"));
  const entry = {
    id: "mail",
    purpose: "reset",
    user: "",
    address: "",
    message: mail,
    createdAt: now,
    expiresAt: now + 9,
  };
  await store.outbox.add(entry, { most: 9, since: 0 });
  const login = "company:1";
  await store.providerLogins.add({
    ...{
      id: login,
      provider: "company",
      issuer: "https://id.test",
      subject: "alice",
      providerSid: null,
      username: "alice",
    },
    idToken: encryption.seal(Buffer.from("an ID token"), sealings.providerIdToken(login)),
    refreshToken: encryption.seal(Buffer.from("a refresh token"), sealings.providerRefreshToken(login)),
    ...{ refreshAt: now, silentSince: null, ended: false, createdAt: now, expiresAt: now + 9 },
  });
  return { app };
}

/** Every value of the database, of whatever column. */
async function everyValue(database: TestDatabase): Promise<readonly (readonly [column: string, bytes: Buffer])[]> {
  const values: [string, Buffer][] = [];
  for (const table of (await database.columns()).keys())
    for (const row of await database.rows(table))
      for (const [name, value] of Object.entries(row))
        if (value !== null)
          values.push([`${table}.${name}`, Buffer.from(typeof value === "number" ? String(value) : value)]);
  return values;
}

async function keyIdOf(database: TestDatabase): Promise<Buffer> {
  const row = (await database.rows("constants")).find(({ name }) => name === keyIdConstant);
  return Buffer.from(String(row!.value), "hex");
}

/** Where the database speaks of a key: in bytes, in hex or in base64. */
async function placesOf(database: TestDatabase, keyId: Buffer): Promise<readonly string[]> {
  const forms = [
    keyId,
    ...(["hex", "base64", "base64url"] as const).map((form) => keyId.toString(form).replace(/=+$/, "")),
  ];
  const values = await everyValue(database);
  return [
    ...new Set(values.flatMap(([column, bytes]) => (forms.some((form) => bytes.includes(form)) ? [column] : []))),
  ];
}

/** Columns of bytes that hold no secret: hashes of random values, keyed hashes of short ones, and public keys. */
const unsealed = [
  ...["challenges.hash", "edge_tokens.hash", "passkeys.public_key", "recovery_codes.hash", "password_resets.token"],
  ...["password_resets.browser", "one_time_codes.hash", "one_time_codes.revocation", "provider_invitations.hash"],
];

describeDatabases((create) => {
  test("each column of bytes is known: it is sealed, and guarded, or holds no secret", async () => {
    const database = await create();
    const store = await database.open();
    await sealEverything(store, await KeyEncryption.open(store.encryption, oldKey));
    const bytes = [...(await database.columns())].flatMap(([table, columns]) =>
      [...columns].flatMap(([name, type]) => (/blob|bytea/i.test(type) ? [`${table}.${name}`] : [])),
    );
    const sealed = sealedColumns.map(({ table, column }) => `${table}.${column}`);
    expect(bytes.sort()).toEqual([...sealed, ...unsealed].sort());
    // Whoever adds a sealed column adds to sealEverything above.
    expect([...(await placesOf(database, await keyIdOf(database)))].sort()).toEqual(
      [...sealed, "constants.value"].sort(),
    );
    for (const { table, column, key } of sealedColumns) {
      const [row] = await database.rows(table);
      const plain = { ...row!, [key]: "another", [column]: Buffer.from("not sealed at all, but long enough for it") };
      if (table === "signing_keys") Object.assign(plain, { retired_at: 1 });
      await expect(database.insert(table, plain), table).rejects.toThrow(
        /is not sealed with the encryption key in force/,
      );
      await expect(
        database.execute(`UPDATE ${table} SET ${column} = NULL WHERE ${key} = 'another'`),
      ).resolves.toBeUndefined();
      const hex = Buffer.from("not sealed either").toString("hex");
      const literal = database.config.local ? `x'${hex}'` : `'\\x${hex}'`;
      await expect(database.execute(`UPDATE ${table} SET ${column} = ${literal}`)).rejects.toThrow(/is not sealed/);
    }
  });

  test("a change leaves nothing that the old key opens, and everything to the new one", async () => {
    const database = await create();
    const store = await database.open();
    const before = await KeyEncryption.open(store.encryption, oldKey);
    const { app } = await sealEverything(store, before);
    const keyring = await Keyring.open(store.keys, before, () => now);
    const hashKey = before.hashKey("regulation");
    const oldId = await keyIdOf(database);
    const oldValues = (await store.encryption.values()).length;
    expect(await before.change(newKey)).toBe(oldValues);
    expect(await placesOf(database, oldId)).toEqual([]);
    for (const { sealed, sealing } of await store.encryption.values())
      expect(() => before.open(sealed, sealing)).toThrow(/is not the key/);

    await expect(KeyEncryption.open(store.encryption, oldKey)).rejects.toMatchObject({ code: "encryption_key" });
    const after = await KeyEncryption.open(store.encryption, newKey);
    const { broken, opened } = await after.check();
    expect([broken, [...opened.values()].reduce((sum, count) => sum + count)]).toEqual([[], oldValues]);
    const again = await Keyring.open(store.keys, after, () => now);
    expect([again.root.kid, again.session.kid]).toEqual([keyring.root.kid, keyring.session.kid]);
    expect(after.hashKey("regulation")).toEqual(hashKey);
    expect(await appsOf(store, after).verify("alice", app.code(now + 30))).toBe(true);
  });

  test("after a change, whoever still has the old key can store nothing with it, not even at the same moment", async () => {
    const database = await create();
    const store = await database.open();
    const before = await KeyEncryption.open(store.encryption, oldKey);
    await sealEverything(store, before);
    const other = await database.open();
    const late = await KeyEncryption.open(other.encryption, oldKey);
    const keyring = await Keyring.open(other.keys, late, () => now);
    expect(await late.isInForce()).toBe(true);
    const apps = appsOf(other, late);
    const enrol = async (count: number) => apps.enrol(`at the same moment ${count}`, "carol").catch(() => "refused");
    const enrolling = Array.from({ length: 20 }, (_, count) => enrol(count));
    await Promise.all([before.change(newKey), ...enrolling]);
    expect(await late.isInForce()).toBe(false);
    await expect(apps.enrol("later", "carol")).rejects.toThrow(/is not sealed with the encryption key in force/);
    await expect(keyring.rotateSessionKey()).rejects.toThrow(/is not sealed with the encryption key in force/);
    await expect(late.change("a third key of the database")).rejects.toMatchObject({ code: "encryption_key" });
    expect((await (await KeyEncryption.open(store.encryption, newKey)).check()).broken).toEqual([]);
  });

  test("a value that cannot be opened is named, and nothing is changed", async () => {
    const database = await create();
    const store = await database.open();
    const encryption = await KeyEncryption.open(store.encryption, oldKey);
    await sealEverything(store, encryption);
    await database.execute("UPDATE totp SET username = 'moved'");
    const before = await everyValue(database);
    await expect(encryption.change(newKey)).rejects.toThrow(
      "totp.secret of moved cannot be decrypted; nothing was changed",
    );
    expect(await everyValue(database)).toEqual(before);
    expect((await encryption.check()).broken).toMatchObject([{ column: "totp.secret", row: "moved" }]);
  });

  test("killed at any moment of the change, one key opens everything, and the other nothing", async () => {
    const database = await create();
    const store = await database.open();
    const first = await KeyEncryption.open(store.encryption, oldKey);
    await sealEverything(store, first);
    for (let count = 0; count < 200; count++) await appsOf(store, first).enrol(`session ${count}`, "alice");
    const ends = { kept: 0, changed: 0 };
    let [current, next] = [oldKey, newKey] as [string, string];
    for (let round = 0; round < 16; round++) {
      const moment = round % 4 === 2 ? "any" : round % 4 === 3 ? "done" : (round * 27) % 208;
      const reported = await killedChange(database, current, next, moment);
      const opens = async (key: string) =>
        KeyEncryption.open(store.encryption, key).then(
          async (encryption) => expect((await encryption.check()).broken).toEqual([]) ?? true,
          () => false,
        );
      const [old, changed] = [await opens(current), await opens(next)];
      expect([old, changed].filter((right) => right !== false)).toHaveLength(1);
      if (reported) expect(changed).not.toBe(false);
      if (old === false) [current, next] = [next, current];
      ends[old === false ? "changed" : "kept"]++;
    }
    expect(ends.kept).toBeGreaterThanOrEqual(8);
    expect(ends.changed).toBeGreaterThanOrEqual(4);
  }, 120_000);
});

/**
 * Changes the key in a process that is killed at the value of a number, at any time, or once it has said that it was done.
 * Whether it has said so.
 */
async function killedChange(
  { config }: TestDatabase,
  before: string,
  after: string,
  moment: number | "any" | "done",
): Promise<boolean> {
  const program = join(import.meta.dirname, "key-changer.ts");
  const value = String(typeof moment === "number" ? moment : -1);
  const child = startNodeProgram(program, [JSON.stringify(config), before, after, value]);
  const kill = () => child.kill("SIGKILL");
  onTestFinished(() => void kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.includes("changed") && moment === "done") kill();
    else if (moment === "any") setTimeout(kill, Math.random() * 400);
  });
  await once(child, "close");
  return output.includes("changed");
}
