import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Decoys } from "../../../host/identity/decoys.ts";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { parsePasswordHash } from "../../../host/identity/passwords/password-hash.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";

const bcrypt = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
const names = Array.from({ length: 400 }, (_, index) => `nobody${index}`);

async function hashes(bcrypts: number, argon2s: number) {
  const argon2 = await hashArgon2("demo", cheapParameters);
  const texts = [...Array<string>(bcrypts).fill(bcrypt), ...Array<string>(argon2s).fill(argon2)];
  return texts.map(parsePasswordHash);
}

test("names that nobody has cost what users do, each cost as often", async () => {
  const key = createHash("sha256").update("key").digest();
  for (const [bcrypts, argon2s] of [
    [1, 3],
    [3, 1],
    [0, 4],
    [4, 0],
  ] as const) {
    const decoys = new Decoys(await hashes(bcrypts, argon2s), key);
    const slow = names.filter((name) => decoys.of(name).cost.startsWith("bcrypt")).length;
    expect(slow / names.length).toBeGreaterThanOrEqual(bcrypts / 4 - 0.1);
    expect(slow / names.length).toBeLessThanOrEqual(bcrypts / 4 + 0.1);
  }
  expect(new Decoys([], key).of("nobody").cost).toBe("");
});

test("a name that nobody has costs the same every time, also after a restart, and nobody can tell what it will be", async () => {
  const costs = async (key: string) => {
    const decoys = new Decoys(await hashes(2, 2), createHash("sha256").update(key).digest());
    return names.map((name) => decoys.of(name).cost);
  };
  expect(await costs("key")).toEqual(await costs("key"));
  expect(await costs("key")).not.toEqual(await costs("another"));
});
