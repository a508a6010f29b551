import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hashArgon2, parseArgon2, verifyArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { checkUsersText, readUsers, UsersFile } from "../../../host/identity/users-file.ts";
import { editUsersFile, UsersEdit } from "../../../host/identity/users-file-editor.ts";
import { createLog } from "../../../host/kit/log.ts";
import { cheapParameters, temporaryFolder } from "../../../workshop/host/files.ts";

/** sha512-crypt of "demo". */
const old =
  "$6$rounds=1000$abcdefgh$PBk5UxvAJ.UC0sg5ve7oEoWuOBgw8kQLi6tK2YUTYLmH4LXDPjapiOb8yxNWYwMgwF43LiM3oU1qH/UnzJJ0W0";
const hash = await hashArgon2("demo", cheapParameters);

const text = `# Our users. Ask Grace before you change anything.
users:

  alice: # since 2019
    password: ${old}
    groups: [admins, dev] # both
    email: "alice@example.com"

  # On leave until March.
  bob:
    disabled: false
    groups:
      - dev
    password: '${hash}'
    displayname: A name that is long enough to be folded by whoever thinks that eighty columns are all that there is
`;

function write(content = text): string {
  const file = join(temporaryFolder(), "users.yml");
  writeFileSync(file, content);
  return file;
}

function edit(file: string, change: (users: UsersEdit) => void): Promise<void> {
  const all = (users: UsersEdit) => {
    change(users);
    return true;
  };
  return editUsersFile(file, all, (edited) => checkUsersText(file, edited));
}

function remnants(file: string): readonly string[] {
  return readdirSync(dirname(file)).filter((name) => name !== "users.yml");
}

describe("a change of the users file", () => {
  test("changes the one value, and keeps comments, order, quotes and blank lines", async () => {
    const file = write();
    await edit(file, (users) => users.set("alice", "password", hash));
    expect(readFileSync(file, "utf8")).toBe(text.replace(old, JSON.stringify(hash)));
    await edit(file, (users) => users.set("bob", "disabled", true));
    expect(readFileSync(file, "utf8")).toBe(
      text.replace(old, JSON.stringify(hash)).replace("disabled: false", "disabled: true"),
    );
    expect(remnants(file)).toEqual([]);
  });

  test("quotes a hash inside braces, where its commas would end it", async () => {
    const file = write(`users: { bob: { password: ${old}, groups: [dev] } }\n`);
    await edit(file, (users) => users.set("bob", "password", hash));
    expect(readFileSync(file, "utf8")).toBe(`users: { bob: { password: "${hash}", groups: [dev] } }\n`);
  });

  test("takes the last of several values for one place", async () => {
    const file = write();
    await edit(file, (users) => {
      for (const value of [true, false, true]) users.set("bob", "disabled", value);
    });
    expect(readFileSync(file, "utf8")).toBe(text.replace("disabled: false", "disabled: true"));
  });

  test("keeps lists as far to the left as they are", async () => {
    const left = `users:\n  bob:\n    groups:\n    - dev\n    - staff\n    password: ${old}\n`;
    const file = write(left);
    await edit(file, (users) => users.set("bob", "password", hash));
    expect(readFileSync(file, "utf8")).toBe(left.replace(old, JSON.stringify(hash)));
  });

  test("adds and deletes users, whatever their names", async () => {
    const file = write();
    for (const name of ["carol", "true", "123", "o'neil: #1", "zoë"])
      await edit(file, (users) => users.add(name, { password: hash, groups: ["dev"] }));
    await edit(file, (users) => users.delete("alice"));
    expect(readUsers(file).map(({ user }) => user.name)).toEqual(["123", "bob", "carol", "true", "o'neil: #1", "zoë"]);
    expect(readFileSync(file, "utf8")).toContain("# On leave until March.");
  });

  test("adds the first user to an empty file of users", async () => {
    const file = write("users: {}\n");
    await edit(file, (users) => users.add("alice", { password: hash }));
    expect(readFileSync(file, "utf8")).toBe(`users:\n  alice:\n    password: ${hash}\n`);
  });

  test.each([
    ["mallory is not there", (users: UsersEdit) => users.set("mallory", "disabled", true), /there is no user mallory/],
    ["mallory cannot go", (users: UsersEdit) => users.delete("mallory"), /there is no user mallory/],
    ["alice is there", (users: UsersEdit) => users.add("alice", { password: hash }), /already a user alice/],
    ["a hash is none", (users: UsersEdit) => users.set("alice", "password", "x"), /must be an argon2id hash/],
    ["a name is none", (users: UsersEdit) => users.add("a\nb", { password: hash }), /must not contain control/],
    ["a group has a comma", (users: UsersEdit) => users.add("x", { password: hash, groups: ["a,b"] }), /a comma/],
  ])("changes nothing when %s", async (_, change, message) => {
    const file = write();
    await expect(edit(file, change)).rejects.toThrow(message);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(remnants(file)).toEqual([]);
  });

  test.each([
    `users:\n  a: &a { password: ${JSON.stringify(hash)} }\n  b: *a\n`,
    `users:\n  b: { password: &p ${JSON.stringify(hash)} }\n  a: { password: *p }\n`,
  ])("does not touch what users share: %s", async (content) => {
    const file = write(content);
    for (const name of ["a", "b"])
      await expect(edit(file, (users) => users.set(name, "password", old))).rejects.toThrow(/shares parts with others/);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("is done again on what somebody else wrote meanwhile", async () => {
    const file = write();
    let calls = 0;
    await edit(file, (users) => {
      if (++calls === 1) writeFileSync(file, text.replace("On leave until March", "Back again"));
      users.set("alice", "password", hash);
    });
    expect(calls).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(
      text.replace(old, JSON.stringify(hash)).replace("On leave until March", "Back again"),
    );
  });

  test("gives up rather than fight with another writer", async () => {
    const file = write();
    let content = text;
    const change = edit(file, (users) => {
      content += "# more\n";
      writeFileSync(file, content);
      users.set("alice", "password", hash);
    });
    await expect(change).rejects.toThrow(/somebody else keeps writing it/);
    expect(readFileSync(file, "utf8")).toBe(content);
    expect(remnants(file)).toEqual([]);
  });

  test("loses none of many that come at once", async () => {
    const file = write();
    const names = Array.from({ length: 30 }, (_, index) => `user${index}`);
    await Promise.all(names.map((name) => edit(file, (users) => users.add(name, { password: hash }))));
    expect(readUsers(file).map(({ user }) => user.name)).toEqual(["alice", "bob", ...names]);
  });

  test("keeps the file's mode, and a link a link", async () => {
    const file = write();
    chmodSync(file, 0o640);
    const link = join(temporaryFolder(), "link.yml");
    symlinkSync(file, link);
    await edit(link, (users) => users.set("alice", "disabled", true));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readUsers(file)[0]).toMatchObject({ disabled: true });
  });
});

test("a user who was added is one of the file's, and one who was deleted is not", () => {
  const users = new UsersEdit(text);
  users.add("carol", { password: hash });
  expect(() => users.add("carol", { password: hash })).toThrow("there is already a user carol");
  users.set("carol", "displayname", "Carol");
  expect([users.has("carol"), users.get("carol", "displayname")]).toEqual([true, "Carol"]);
  users.delete("carol");
  expect(users.has("carol")).toBe(false);
  users.add("carol", { password: hash });
  expect(Object.keys(parse(users.text).users)).toEqual(["alice", "bob", "carol"]);
});

describe("an outdated hash", () => {
  const hashOf = (file: string) => /password: "?([^\s"]+)/.exec(readFileSync(file, "utf8"))![1]!;

  test("is replaced by argon2id at the next login, and by nothing else", async () => {
    const file = write();
    const log: string[] = [];
    const users = UsersFile.read(file, undefined, createLog("info", { write: (line: string) => void log.push(line) }));
    await users.verify("alice", "wrong");
    await users.verify("bob", "demo");
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(await users.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
    await expect.poll(() => hashOf(file)).toMatch(/^\$argon2id\$/);
    expect(await verifyArgon2("demo", parseArgon2(hashOf(file)))).toBe(true);
    expect(readFileSync(file, "utf8").replace(`"${hashOf(file)}"`, old)).toBe(text);
    await expect.poll(() => log.length).toBe(1);
    expect(await users.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
    expect(await users.verify("alice", "wrong")).toMatchObject({ outcome: "refused" });
    expect(log.join()).not.toContain("$");
  });

  test("stays when the operator has changed the password meanwhile", async () => {
    const file = write();
    const log: string[] = [];
    const users = UsersFile.read(file, undefined, createLog("info", { write: (line: string) => void log.push(line) }));
    const changed = text.replace(old, hash);
    writeFileSync(file, changed);
    expect(await users.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
    await expect.poll(() => log.length).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(changed);
  });

  test("stays in a file that cannot be written, and people log in all the same", async () => {
    const file = write();
    const log: string[] = [];
    const users = UsersFile.read(file, undefined, createLog("info", { write: (line: string) => void log.push(line) }));
    // Root may write everywhere, but not to a file that is gone.
    rmSync(file);
    for (let login = 0; login < 3; login++)
      expect(await users.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
    await expect.poll(() => log.length).toBe(1);
    expect(log[0]).toContain("there is no such file");
  });
});

describe("a password", () => {
  test("is not changed where a pipe has taken the file's place, which would hold the whole host", async () => {
    const file = write();
    const users = UsersFile.read(file);
    rmSync(file);
    execFileSync("mkfifo", [file]);
    const reason = `${file} cannot be changed: it is no file`;
    expect(await users.changePassword("bob", "another")).toEqual({ outcome: "unavailable", reason });
    expect(remnants(file)).toEqual([]);
  });

  test("is changed in the file and for the next login", async () => {
    const file = write();
    const users = UsersFile.read(file);
    expect(await users.changePassword("bob", "another")).toEqual({ outcome: "changed" });
    for (const directory of [users, UsersFile.read(file)]) {
      expect(await directory.verify("bob", "demo")).toMatchObject({ outcome: "refused" });
      expect(await directory.verify("bob", "another")).toMatchObject({ outcome: "verified" });
    }
    expect(await users.changePassword("mallory", "x")).toEqual({ outcome: "refused", reason: "unknown user" });
    rmSync(file);
    expect(await users.changePassword("bob", "x")).toMatchObject({ outcome: "unavailable" });
    expect(await users.verify("bob", "another")).toMatchObject({ outcome: "verified" });
  });
});
