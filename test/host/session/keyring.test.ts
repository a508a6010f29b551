import { readFileSync } from "node:fs";
import { join } from "node:path";
import { calculateJwkThumbprint, compactVerify, importJWK } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { sealings } from "../../../host/kit/encryption/sealed-columns.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { keyHandover, keyRetention } from "../../../host/session/lease.ts";
import { issueToken, readToken } from "../../../host/session/token.ts";
import { encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";
import { movableClock } from "../../../workshop/host/in-process.ts";
import { openSqliteStores } from "../support/stores.ts";

async function openKeyring({ file = join(temporaryFolder(), "db.sqlite3"), passphrase = encryptionKey } = {}) {
  const store = openSqliteStores(file);
  onTestFinished(() => store.close());
  const time = movableClock();
  const encryption = await KeyEncryption.open(store.encryption, passphrase);
  return { keyring: await Keyring.open(store.keys, encryption, time.clock), store, file, ...time };
}

const retention = keyRetention({ expiration: 3600, rememberMe: null });

const claims = {
  iss: "https://auth.example.com",
  aud: "example.com",
  sub: "alice",
  sid: "sid",
  iat: 1_790_000_000,
  exp: 1_790_000_060,
  session_exp: 1_790_003_600,
  auth_time: 1_790_000_000,
  amr: ["pwd"],
  level: 1,
  groups: ["größe", "dev"],
} as const;

describe("the keys", () => {
  test("are made once and read again at the next start", async () => {
    const first = await openKeyring();
    const again = await openKeyring({ file: first.file });
    expect(again.keyring.root.kid).toBe(first.keyring.root.kid);
    expect(again.keyring.session.kid).toBe(first.keyring.session.kid);
    expect(first.keyring.root.kid).not.toBe(first.keyring.session.kid);
  });

  test("are named by their RFC 7638 thumbprint", async () => {
    const { keyring } = await openKeyring();
    const [jwk] = keyring.publicKeys(retention);
    expect(jwk!.kid).toBe(await calculateJwkThumbprint({ ...jwk! }));
  });

  test("are in the database encrypted only", async () => {
    const { keyring, file } = await openKeyring();
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const { privateKey, x } of [keyring.root, keyring.session]) {
      const { d } = privateKey.export({ format: "jwk" });
      expect(bytes.includes(x), "the public part, to know that the search finds what is there").toBe(true);
      expect(bytes.includes(Buffer.from(d!, "base64url"))).toBe(false);
      expect(bytes.includes(d!)).toBe(false);
    }
    expect(bytes.includes(encryptionKey)).toBe(false);
  });

  test("are refused with another encryption key, in a sentence", async () => {
    const { file } = await openKeyring();
    await expect(openKeyring({ file, passphrase: "another key of twenty characters" })).rejects.toMatchObject({
      code: "encryption_key",
      message: expect.stringContaining("storage.encryption_key is not the key that the database is encrypted with"),
    });
  });

  test("are refused when one was put in another's place", async () => {
    const { store } = await openKeyring();
    const encryption = await KeyEncryption.open(store.encryption, encryptionKey);
    const sealed = encryption.seal(Buffer.from("secret"), sealings.totpSecret("alice"));
    expect(Buffer.from(encryption.open(sealed, sealings.totpSecret("alice"))).toString()).toBe("secret");
    expect(() => encryption.open(sealed, sealings.totpSecret("bob"))).toThrow(/cannot be decrypted/);
    expect(() => encryption.open(sealed.subarray(0, 20), sealings.totpSecret("alice"))).toThrow(/cannot be decrypted/);
  });

  test("rotate: the new one signs in a moment, the old one stays public as long as a session that it may have signed for", async () => {
    const { keyring, advance } = await openKeyring();
    const old = keyring.session;
    const kid = await keyring.rotateSessionKey();
    expect(keyring.session.kid).toBe(old.kid);
    advance(keyHandover);
    expect(keyring.session.kid).toBe(kid);
    expect(keyring.publicKeys(retention).map((key) => key.kid)).toEqual([old.kid, kid]);
    advance(retention);
    expect(keyring.publicKeys(retention).map((key) => key.kid)).toEqual([kid]);
    expect(readToken(issueToken(claims, old), keyring.verificationKeys)).toEqual(claims);
  });

  test("that follow each other hand over to the last one, also where the clock is set back, and one that has leaked signs nothing more", async () => {
    const { keyring, advance } = await openKeyring();
    const oldest = keyring.session.kid;
    await keyring.rotateSessionKey();
    advance(keyHandover - 1);
    const second = await keyring.rotateSessionKey();
    // The one between them has not been public for long enough.
    expect(keyring.session.kid).toBe(oldest);
    advance(-1);
    expect(keyring.session.kid).toBe(second);
    await keyring.rotateSessionKey();
    expect(keyring.session.kid).toBe(second);
    const { kid } = await keyring.revokeSessionKeys();
    expect(keyring.session.kid).toBe(kid);
  });
});

describe("a session token", () => {
  test("is a JWT that another library verifies", async () => {
    const { keyring } = await openKeyring();
    const [jwk] = keyring.publicKeys(retention);
    const { protectedHeader, payload } = await compactVerify(
      issueToken(claims, keyring.session),
      await importJWK({ ...jwk! }, "EdDSA"),
    );
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "JWT", kid: jwk!.kid });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(claims);
  });

  test("is not believed when anything about it is wrong", async () => {
    const { keyring } = await openKeyring();
    const token = issueToken(claims, keyring.session);
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { kid } = keyring.session;
    const lastCharacter = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const respelled = lastCharacter[lastCharacter.indexOf(signature.at(-1)!) + 1];
    expect(readToken(token, keyring.verificationKeys)).toEqual(claims);
    for (const forged of [
      "",
      "..",
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${token}.`,
      `${header}.${encode({ ...claims, sub: "bob" })}.${signature}`,
      `${encode({ alg: "none", typ: "JWT", kid })}.${payload}.${signature}`,
      `${encode({ alg: "HS256", typ: "JWT", kid })}.${payload}.${signature}`,
      `${encode({ alg: "EdDSA", typ: "JWT", kid: keyring.root.kid })}.${payload}.${signature}`,
      `${encode({ alg: "EdDSA", typ: "JWT", kid: "__proto__" })}.${payload}.${signature}`,
      `${encode({ alg: "EdDSA", typ: "zerohop-bundle+jwt", kid })}.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -1)}`,
      `${header}.${payload}.${signature.slice(0, -1)}${respelled}`,
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`,
      issueToken(claims, keyring.root),
      `${token}${"A".repeat(5000)}`,
    ])
      expect(readToken(forged, keyring.verificationKeys), forged.slice(0, 80)).toBeUndefined();
  });

  test("is not issued when a cookie cannot hold it", async () => {
    const { keyring } = await openKeyring();
    const groups = Array.from({ length: 300 }, (_, index) => `a group with number ${index}`);
    expect(() => issueToken({ ...claims, groups }, keyring.session)).toThrow(
      /of alice has \d+ bytes .* too many groups/,
    );
  });
});
