import crypto from "node:crypto";
import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { UsersFile } from "../../../host/identity/users-file.ts";
import type { UsersFileSearch } from "../../../host/identity/users-file-search.ts";
import { WorkQueue } from "../../../host/kit/work-queue.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { cheapParameters, temporaryFolder, usersText } from "../../../workshop/host/files.ts";

/** What was asked of node:crypto's argon2, which still does the work. */
const argon2Calls: { memory: number; passes: number; parallelism: number; tagLength: number }[] = [];
const { argon2 } = crypto;

beforeAll(() => {
  crypto.argon2 = (...args) => {
    const { memory, passes, parallelism, tagLength } = args[1];
    argon2Calls.push({ memory, passes, parallelism, tagLength });
    argon2(...args);
  };
  syncBuiltinESMExports();
});

afterAll(() => {
  crypto.argon2 = argon2;
  syncBuiltinESMExports();
});

function write(text: string): string {
  const file = join(temporaryFolder(), "users.yml");
  writeFileSync(file, text);
  return file;
}

async function problemsOf(text: string, search?: UsersFileSearch): Promise<string[]> {
  try {
    UsersFile.read(write(text), undefined, undefined, search);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
  }
}

beforeEach(() => {
  argon2Calls.length = 0;
});

describe("the users file", () => {
  test("verifies a password and knows the profile", async () => {
    const users = UsersFile.read(write(await usersText()));
    const alice = {
      name: "alice",
      displayName: "Alice Liddell",
      email: "alice@example.com",
      groups: ["admins", "dev"],
    };
    expect(await users.verify("alice", "demo")).toEqual({ outcome: "verified", user: alice });
    expect(await users.find("alice")).toEqual(alice);
    expect(await users.find("bob")).toEqual({ name: "bob", displayName: "Bob", groups: [] });
  });

  test.each([
    ["alice", "Demo", "wrong password"],
    ["alice", "", "wrong password"],
    ["Alice", "demo", "unknown user"],
    ["mallory", "demo", "unknown user"],
    ["__proto__", "demo", "unknown user"],
    ["constructor", "demo", "unknown user"],
    ["carol", "demo", "disabled user"],
    ["carol", "wrong", "disabled user"],
  ])("refuses %s with the password %j", async (name, password, reason) => {
    const users = UsersFile.read(write(await usersText()));
    expect(await users.verify(name, password)).toEqual({ outcome: "refused", reason });
  });

  test("has no profile of users who are disabled or unknown", async () => {
    const users = UsersFile.read(write(await usersText()));
    for (const name of ["carol", "mallory", "__proto__"]) expect(await users.find(name)).toBeUndefined();
  });

  test("does the same work for a user whose hash cannot be verified, and for names by which others are found", async () => {
    const text = `${await usersText()}  dora:\n    password: $1$abcdefgh$bVo2O2/zpxBPLaG64PSCs/\n    email: d@example.com\n`;
    const users = UsersFile.read(write(text), undefined, undefined, { email: true, caseInsensitive: true });
    argon2Calls.length = 0;
    for (const name of ["alice@example.com", "ALICE", "dora", "d@example.com", "nobody@example.com"])
      await users.verify(name, "wrong");
    const { saltLength: _, ...expected } = cheapParameters;
    expect(argon2Calls).toEqual(Array(5).fill(expected));
    expect(await users.verify("dora", "demo")).toEqual({ outcome: "refused", reason: "unusable password hash" });
    // A new password makes it right.
    expect(await users.identify("D@example.com")).toMatchObject({ name: "dora" });
    expect(await users.changePassword("dora", "a new one")).toEqual({ outcome: "changed" });
    expect(await users.verify("Dora", "a new one")).toMatchObject({ outcome: "verified", user: { name: "dora" } });
  });

  test("does the same work for every user, known or not", async () => {
    const users = UsersFile.read(write(await usersText()));
    argon2Calls.length = 0;
    for (const name of ["alice", "mallory", "carol", "nobody", ""]) await users.verify(name, "wrong");
    const { saltLength: _, ...expected } = cheapParameters;
    expect(argon2Calls).toEqual(Array(5).fill(expected));
  });

  test("verifies two passwords at a time, and refuses what would wait too long", async () => {
    const users = UsersFile.read(write(await usersText()), new WorkQueue(2, 3));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => users.verify("alice", "demo")));
    const tally = Object.groupBy(outcomes, ({ outcome }) => outcome);
    expect(tally.verified).toHaveLength(5);
    expect(tally.unavailable).toHaveLength(3);
    expect(await users.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
  });

  test("accepts the profile keys that Authelia knows", async () => {
    const hash = await hashArgon2("demo", cheapParameters);
    const text = `users:\n  alice:\n    password: ${hash}\n    given_name: Alice\n    address: { country: UK }\n    groups:\n`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test.each([
    ["", "1:1: users: is required: a mapping"],
    ["users: []\n", "1:8: users: must be a mapping"],
    ["user: {}\n", "1:1: user: unknown key; did you mean users?"],
    ["users:\n  alice: {}\n", "2:3: users.alice.password: is required"],
    [
      "users:\n  alice:\n    passwd: x\n    password: HASH\n",
      "3:5: users.alice.passwd: unknown key; did you mean password?",
    ],
    ["users:\n  alice:\n    password: $2b$12$abc\n", "3:15: users.alice.password: is not a bcrypt hash"],
    ["users:\n  alice: { password: HASH, groups: dev }\n", "users.alice.groups: must be a list"],
    [
      "users:\n  alice: { password: HASH, groups: ['a,b'] }\n",
      'users.alice.groups[0]: must not contain a comma: "a,b"',
    ],
    [
      'users:\n  alice: { password: HASH, groups: ["a\\nb"] }\n',
      "users.alice.groups[0]: must not contain control characters",
    ],
    ["users:\n  alice: { password: HASH, groups: [' admins'] }\n", "must not begin or end with a space"],
    ["users:\n  alice: { password: HASH, groups: [LONG] }\n", "must have at most 255 characters"],
    ["users:\n  alice: { password: HASH, displayname: LONG }\n", "must have at most 255 characters"],
    ["users:\n  alice: { password: HASH, groups: [7] }\n", "users.alice.groups[0]: must be the name of a group"],
    [
      'users:\n  alice: { password: HASH, displayname: "a\\r\\nX-Evil: 1" }\n',
      "users.alice.displayname: must not contain control",
    ],
    ['users:\n  alice: { password: HASH, email: "a\\0" }\n', "users.alice.email: must not contain control"],
    ["users:\n  alice: { password: HASH, disabled: maybe }\n", "users.alice.disabled: must be true or false"],
    ['users:\n  "al\\nice": { password: HASH }\n', '2:3: users["al\\nice"]: a user name must not contain control'],
    ["users:\n  ' alice': { password: HASH }\n", '2:3: users[" alice"]: a user name must not begin'],
    ["users:\n  '': { password: HASH }\n", '2:3: users[""]: a user name has 1 to 255'],
    ["users:\n  __proto__: { password: HASH }\n", "2:3: users.__proto__: is not possible as a user name"],
    ["users:\n  alice: { password: HASH }\n  alice: { password: HASH }\n", "3:3: (yaml): Map keys must be unique"],
  ])("with the mistake in %j has it named", async (text, expected) => {
    const hash = JSON.stringify(await hashArgon2("demo", cheapParameters));
    const problems = await problemsOf(text.replaceAll("HASH", hash).replaceAll("LONG", "x".repeat(256)));
    expect(problems.filter((problem) => problem.includes(expected))).toHaveLength(1);
  });

  test.each<[UsersFileSearch, string, readonly string[]]>([
    [
      { email: false, caseInsensitive: true },
      "users:\n  alice: { password: HASH }\n  Alice: { password: HASH }\n",
      ['3:3: users.Alice: is "alice" in another case'],
    ],
    [
      { email: true, caseInsensitive: false },
      "users:\n  a: { password: HASH, email: x@example.com }\n  b: { password: HASH, email: X@example.com, disabled: true }\n",
      ['users.b.email: is the address of "a" too'],
    ],
    [
      { email: true, caseInsensitive: false },
      "users:\n  a: { password: HASH, email: B@example.com }\n  b@example.com: { password: HASH }\n",
      ['users.a.email: is the name of the user "b@example.com"'],
    ],
    [
      { email: false, caseInsensitive: true },
      "users:\n  a: { password: HASH, email: bob }\n  bob: { password: HASH }\n",
      ['users.a.email: is the name of the user "bob"'],
    ],
    [
      { email: true, caseInsensitive: true },
      "users:\n  a@example.com: { password: HASH, email: A@example.com }\n  B: { password: HASH }\n",
      [],
    ],
    [
      { email: false, caseInsensitive: false },
      "users:\n  a: { password: HASH, email: b }\n  b: { password: HASH, email: b }\n  B: { password: HASH }\n",
      [],
    ],
  ])("with search %j and %j is refused where somebody could be two", async (search, text, expected) => {
    const hash = JSON.stringify(await hashArgon2("demo", cheapParameters));
    const problems = await problemsOf(text.replaceAll("HASH", hash), search);
    expect(problems).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(problems[index]).toContain(part);
  });
});

test("a name or an address that nobody has takes the time of one hash in all of its spellings, as a user's does", async () => {
  const costs = [cheapParameters, { ...cheapParameters, passes: cheapParameters.passes + 1 }];
  const [a, b] = await Promise.all(costs.map((parameters) => hashArgon2("demo", parameters)));
  const file = write(`users:\n  a: { password: ${JSON.stringify(a)} }\n  b: { password: ${JSON.stringify(b)} }\n`);
  const passesOf = async (names: readonly string[], search: UsersFileSearch) => {
    const users = UsersFile.read(file, undefined, undefined, search);
    users.keepDecoys(new Uint8Array(32));
    argon2Calls.length = 0;
    for (const name of names) await users.verify(name, "wrong");
    return argon2Calls.map(({ passes }) => passes);
  };
  const names = Array.from({ length: 32 }, (_, index) => `nobody${index}`);
  const inCapitals = names.map((name) => name.toUpperCase());
  const both = { email: true, caseInsensitive: true };
  expect(await passesOf(inCapitals, both)).toEqual(await passesOf(names, both));
  const at = (all: readonly string[]) => all.map((name) => `${name}@example.com`);
  const byAddress = { email: true, caseInsensitive: false };
  expect(await passesOf(at(inCapitals), byAddress)).toEqual(await passesOf(at(names), byAddress));
  expect(new Set(await passesOf(names, both)).size).toBe(2);
});
