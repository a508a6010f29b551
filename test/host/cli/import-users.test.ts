// `zerohop import users`: whoever was in another program's list logs in here with the password of before.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readCsv } from "../../../host/migration/users/csv.ts";
import { readHtpasswd } from "../../../host/migration/users/htpasswd.ts";
import { readList } from "../../../host/migration/users/list.ts";
import { readTinyauth } from "../../../host/migration/users/tinyauth.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { cookieOf, startHost } from "../../../workshop/host/in-process.ts";
import { App } from "../support/second-factor.ts";
import { openSqliteStores } from "../support/stores.ts";

/** Of "horse", as htpasswd -B and -m write it. */
const bcrypt = "$2y$05$eZ7AzCxQVNbWX6q0bXNYJOqn8W8atmp7U1Wn7OrjfGgFmh7iI2Auq";
const apr1 = "$apr1$zWnsgN5J$7f6SKwaYrRZeWDO.UdVxI1";

async function importFrom(from: string, list: string) {
  const folder = temporaryFolder();
  const config = await writeConfig(folder);
  writeFileSync(join(folder, "list"), list);
  const before = readFileSync(join(folder, "users.yml"), "utf8");
  const answer = await zerohopInProcess(["import", "users", "--config", config, "--from", from, "list"], {
    cwd: folder,
  });
  const text = readFileSync(join(folder, "users.yml"), "utf8");
  return { ...answer, folder, isUnchanged: text === before, users: parse(text).users };
}

async function logIn(folder: string, username: string, password: string) {
  const host = await startHost({
    folder,
    users: readFileSync(join(folder, "users.yml"), "utf8"),
    clock: () => Math.floor(Date.now() / 1000),
  });
  return { host, answer: await host.postJson("/api/firstfactor", { username, password }) };
}

describe("a list of users", () => {
  test("of htpasswd keeps the hashes that can be verified, and tells whose cannot", async () => {
    const list = `# people\n\ndora:${bcrypt}\nerin:${apr1}\nfrank:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\ngina:rqXexS6ZhobKA\n`;
    const { code, stdout, stderr, users, folder } = await importFrom("htpasswd", list);
    expect([code, stderr]).toEqual([0, ""]);
    expect(users).toMatchObject({ dora: { password: bcrypt }, erin: { password: "!" }, gina: { password: "!" } });
    expect(stdout).toContain("users.yml: 4 (dora, erin, frank, gina)\n");
    expect(stdout).toContain(
      "list:4: erin has no password until one is set: it is a hash of the kind Apache's md5-crypt",
    );
    expect(stdout).toContain("list:6: gina has no password until one is set: it is a hash of the kind DES crypt");
    expect((await logIn(folder, "dora", "horse")).answer.status).toBe(200);
  });

  test.each([
    ["its file", (one: string) => one],
    ["its variable", (one: string) => `TINYAUTH_AUTH_USERS=${one.replaceAll("$", "$$$$").replace("\n", ",")}`],
  ])("of Tinyauth, %s, keeps authenticator apps too", async (_, written) => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const { code, stdout, stderr, folder } = await importFrom(
      "tinyauth",
      written(`dora:${bcrypt}:${secret}\nerin:${bcrypt}`),
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("2 (dora, erin)\nauthenticator apps: 1\n");
    const { host, answer } = await logIn(folder, "dora", "horse");
    const token = new App(secret).code(Math.floor(Date.now() / 1000));
    const passed = await host.postJson("/api/secondfactor/totp", { token }, { cookie: cookieOf(answer) });
    expect(passed.status).toBe(200);
  });

  test("of CSV has columns in any order, fields in quotation marks and passwords, which are hashed", async () => {
    const list =
      `\u{feff}Email,Username,"Display_Name",Groups,Password,Disabled\r\n` +
      `dora@example.com,dora,"Dora ""Dee"", of\r\nthe lake","dev;staff",six lamps over a harbour,\r\n` +
      `,erin,,,${bcrypt},yes\r\n,frank,,,,\r\n\r\nalice@example.com,alice,,,x,`;
    const { code, stdout, stderr, users, folder } = await importFrom("csv", list);
    expect(stderr).toContain("list:2:1: displayname: must not contain control characters");
    expect([code, stdout]).toEqual([1, ""]);
    const mended = await importFrom("csv", list.replace("of\r\nthe", "of the"));
    expect([mended.code, mended.stderr]).toEqual([0, ""]);
    expect(mended.users).toMatchObject({
      dora: { email: "dora@example.com", displayname: 'Dora "Dee", of the lake', groups: ["dev", "staff"] },
      erin: { password: bcrypt, disabled: true },
      frank: { password: "!" },
      alice: { displayname: users.alice.displayname, groups: users.alice.groups },
    });
    expect(mended.stdout).toContain("there already, and as before: alice\n");
    expect(mended.stdout).toContain("list:4: frank has no password until one is set: there is none\n");
    expect((await logIn(mended.folder, "dora", "six lamps over a harbour")).answer.status).toBe(200);
    expect(folder).not.toBe(mended.folder);
  });

  test.each([
    [
      "htpasswd",
      `dora:${bcrypt}\nerin\ndora:${apr1}\n`,
      ["2:1: (line): must be NAME:HASH", "3:1: dora: this user is in line 1 already"],
    ],
    ["htpasswd", "dora:horse battery\n", ["1:1: password: must be an argon2id hash"]],
    ["htpasswd", "# nobody\n", ["1:1: (file): there is no user in it"]],
    ["tinyauth", "dora:a:b:c", ["1:1: (line): must be NAME:HASH or NAME:HASH:SECRET"]],
    ["csv", "user,emial\ndora,d@example.com\n", ["1:1: emial: is no column that is known; did you mean email?"]],
    [
      "csv",
      "user,groups,roles\ndora,dev,admins\n",
      ["1:1: roles: is another column of the same as groups; put both into one"],
    ],
    ["csv", "email\nd@example.com\n", ["1:1: (header): needs a column of user names: username, user, login, uid"]],
    [
      "csv",
      'user,groups\ndora\nerin,"a,\n',
      ["2:1: (line): has 1 fields, and the first line 2", "3:1: (line): has a quotation mark"],
    ],
    [
      "csv",
      "user,disabled,groups\ndora,perhaps,source:x\n",
      ["2:1: disabled: must be true or false", "2:1: groups: must not begin with source:"],
    ],
  ])("of %s with mistakes has each named by its line: %j", (from, list, mistakes) => {
    const problems = () => {
      try {
        readList("list", list, { htpasswd: readHtpasswd, tinyauth: readTinyauth, csv: readCsv }[from]!);
        return [];
      } catch (error) {
        return (error as Error).message.split("\n");
      }
    };
    expect(problems()).toEqual(mistakes.map((mistake) => expect.stringContaining(`list:${mistake}`)));
  });

  test("with a mistake adds nobody", async () => {
    const { code, stdout, stderr, isUnchanged } = await importFrom("htpasswd", `dora:${bcrypt}\nerin\n`);
    expect([code, stdout, stderr, isUnchanged]).toEqual([1, "", "list:2:1: (line): must be NAME:HASH\n", true]);
  });

  test("adds nobody without their authenticator app, where it cannot be kept", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    expect((await zerohopInProcess(["gate", "config", "--config", config])).code).toBe(0);
    writeFileSync(config, readFileSync(config, "utf8").replace(encryptionKey, "another key than the database's"));
    const before = readFileSync(join(folder, "users.yml"), "utf8");
    writeFileSync(join(folder, "list"), `dora:${bcrypt}:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`);
    const words = ["import", "users", "--config", config, "--from", "tinyauth", "list"];
    const { code, stderr } = await zerohopInProcess(words, { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringContaining("encryption_key")]);
    expect(readFileSync(join(folder, "users.yml"), "utf8")).toBe(before);
  });

  test("keeps no authenticator app of somebody who cannot be added", async () => {
    const list = `dora:${bcrypt}:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`;
    const folder = temporaryFolder();
    const config = await writeConfig(
      folder,
      configText.replace("path: users.yml", "path: users.yml\n    search: { case_insensitive: true }"),
    );
    writeFileSync(join(folder, "list"), `${list}\nALICE:${bcrypt}`);
    const words = ["import", "users", "--config", config, "--from", "tinyauth", "list"];
    expect(await zerohopInProcess(words, { cwd: folder })).toMatchObject({ code: 1 });
    const stores = await openSqliteStores(join(folder, "db.sqlite3"));
    expect(await stores.totp.of("dora")).toBeUndefined();
    await stores.close();
  });

  test("adds nobody where an authenticator app's secret is none", async () => {
    const { code, stderr, isUnchanged } = await importFrom("tinyauth", `dora:${bcrypt}:not base32!`);
    expect([code, isUnchanged]).toEqual([2, true]);
    expect(stderr).toContain("line 1: the secret of the authenticator app of dora is no base32");
  });
});
