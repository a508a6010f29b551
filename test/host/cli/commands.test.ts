import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArguments } from "../../../host/cli/command.ts";
import { loadCommand } from "../../../host/cli/command-table.ts";
import { parseArgon2, verifyArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey, temporaryFolder, usersText, writeConfig } from "../../../workshop/host/files.ts";
import { zerohop } from "../../../workshop/host/program.ts";

const commands = [
  "serve",
  "health",
  "check",
  "policy check",
  "policy explain",
  "policy test",
  "policy diff",
  "gate config",
  "bundle watch",
  "lint",
  "proxy",
  "import authelia",
  "import users",
  "hash-password",
  "user list",
  "user add",
  "user password",
  "user disable",
  "user enable",
  "user delete",
  "account list",
  "account invite",
  "account disable",
  "account enable",
  "account delete",
  "session list",
  "session revoke",
  "ban list",
  "ban lift",
  "audit",
  "key rotate",
  "edge-token list",
  "edge-token revoke",
  "storage backup",
  "storage encryption check",
  "storage encryption change-key",
  "storage restored",
  "completion",
  "init",
];

describe("zerohop", () => {
  test("explains itself, and names its commands", async () => {
    const { code, stdout } = await zerohop(["--help"]);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(`\n  ${command} `);
  });

  test("has a file for each command, and no other", () => {
    const files = readdirSync(join(import.meta.dirname, "../../../host/cli/commands"));
    expect(files.toSorted()).toEqual(commands.map((name) => `${name.replaceAll(" ", "-")}.ts`).toSorted());
  });

  test.each(commands)("explains %s", async (command) => {
    const { code, stdout, stderr } = await zerohopInProcess([...command.split(" "), "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^zerohop ${command}`));
    expect(stdout).toMatch(/\n\nExamples\n {2}\S/);
  });

  test.each(commands)("takes the examples that it gives for %s", async (name) => {
    const command = await loadCommand(name);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) {
      // The last command of a pipe, without where its output goes; quotes hold words together.
      const [, line = ""] = /\b(zerohop [^|<>)]*)[^|]*$/.exec(example) ?? [];
      const words = [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
      const length = name.split(" ").length + 1;
      expect(words.slice(0, length).join(" "), example).toBe(`zerohop ${name}`);
      readArguments(command, words.slice(length));
    }
  });

  test.each([["--version"], ["-V"], ["version"]])("tells its version when asked by %s", async (word) => {
    expect(await zerohop([word])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^zerohop \d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test.each([
    [[], /^$/],
    [["srve"], /^zerohop: unknown command "srve"\. Did you mean zerohop serve\?\n$/],
    [["session", "lst"], /^zerohop: unknown command "session lst"\. Did you mean zerohop session list\?\n$/],
    [["key"], /Did you mean zerohop key rotate\?/],
    [["xyzzy"], /See zerohop --help\./],
    [["--verbose"], /unknown command "--verbose"/],
    [["serve"], /^zerohop serve: --config FILE is needed\nSee zerohop serve --help\.\n$/],
    [["serve", "--confg", "x"], /unknown option --confg; did you mean --config\?/],
    [["serve", "--config"], /^zerohop serve: Option '--config <value>' argument missing/],
    [["serve", "--config", "x", "y"], /"y" is one argument too many/],
    [["session", "revoke", "--config", "x"], /name either sessions or a --user/],
    [["hash-password"], /an empty password cannot be hashed/],
  ])("called wrongly as %j exits with 2 and a hint", async (args, message) => {
    const { code, stderr } = await zerohopInProcess(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("zerohop check", () => {
  test("says that there are no mistakes", async () => {
    const config = await writeConfig(temporaryFolder());
    expect(await zerohopInProcess(["check", "--config", config])).toEqual({
      code: 0,
      stdout: `${config}: no mistakes\n`,
      stderr: "",
    });
  });

  test("prints each mistake on a line of its own, with the file as it was named", async () => {
    const folder = temporaryFolder();
    await writeConfig(folder, configText.replace("db.sqlite3", "").replace("policy: bypass", "policy: pass"));
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", "config.yml"], { cwd: folder });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toEqual([
      "config.yml:8:5: storage.local.path: is required: the path of a file",
      expect.stringMatching(/^config\.yml:20:15: access_control\.rules\[0\]\.policy: ./),
    ]);
  });

  test("warns, with the place, of a rule that asks for credentials which its cookie domain does not take", async () => {
    const folder = temporaryFolder();
    await writeConfig(folder, configText.replace("policy: one_factor", "policy: one_factor\n      basic: challenge"));
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", "config.yml"], { cwd: folder });
    expect([code, stdout]).toEqual([0, "config.yml: no mistakes, 1 warning\n"]);
    expect(stderr).toMatch(
      /^config\.yml:\d+:14: warning: rule 2 asks for Basic credentials, .+ of example\.com lacks /,
    );
  });

  test("warns of users whose hashes cannot be verified, and of nothing else in their file", async () => {
    const folder = temporaryFolder();
    const users = `${await usersText()}  dora:\n    password: $y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC\n`;
    const config = await writeConfig(folder, configText, users);
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", config]);
    expect([code, stdout]).toEqual([0, `${config}: no mistakes, 1 warning\n`]);
    expect(stderr).toMatch(/users\.yml:\d+:15: warning: users\.dora\.password: is a hash of the kind yescrypt/);
    expect(stderr).not.toContain("F5Jx5f");
  });

  test("checks the users file too", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder, configText, "users:\n  alice:\n    password: secret\n");
    const { code, stderr } = await zerohopInProcess(["check", "--config", config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/users\.yml:3:15: users\.alice\.password: must be an argon2id hash .*\n$/);
    expect(stderr).not.toContain("secret");
  });

  test("takes secrets from the environment", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder, configText.replace(`  encryption_key: ${encryptionKey}\n`, ""));
    const environment = { ZEROHOP_STORAGE_ENCRYPTION_KEY: encryptionKey };
    expect((await zerohopInProcess(["check", "--config", config])).code).toBe(1);
    expect((await zerohopInProcess(["check", "--config", config], { environment })).code).toBe(0);
  });
});

describe("zerohop hash-password", () => {
  test("hashes what it reads from stdin, without the line end", async () => {
    const { code, stdout, stderr } = await zerohop(["hash-password"], { input: "correct horse\n" });
    expect([code, stderr]).toEqual([0, ""]);
    expect(await verifyArgon2("correct horse", parseArgon2(stdout.trim()))).toBe(true);
  });
});

describe("zerohop policy check", () => {
  test("answers one line for each request, in order", async () => {
    const file = join(temporaryFolder(), "config.yml");
    writeFileSync(file, configText.slice(configText.indexOf("access_control:")));
    const requests = [
      { method: "GET", url: "https://public.example.com/" },
      { method: "GET", url: "https://app.example.com/", user: "bob", groups: [], ip: "192.0.2.1" },
      { method: "GET", url: "https://dev.example.com/", user: "alice", groups: ["dev"], ip: "192.0.2.1" },
      { method: "GET", url: "https://dev.example.com/", user: "bob", groups: [], ip: "192.0.2.1", level: 2 },
      { method: "GET", url: "https://app.example.com/..%2fx" },
      { method: "GET" },
    ];
    const input = [...requests.map((request) => JSON.stringify(request)), "nonsense"].join("\n");
    const { code, stdout, stderr } = await zerohop(["policy", "check", "--config", file, "--json"], { input });
    expect([code, stderr]).toEqual([0, ""]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { policy: "bypass", rule: 1 },
      { policy: "one_factor", rule: 2 },
      { policy: "one_factor", rule: 4 },
      { policy: "deny", rule: 0 },
      { error: expect.stringMatching(/./) },
      { error: expect.stringMatching(/^url: /) },
      { error: "the line is not valid JSON" },
    ]);
  });

  test("names the mistake in a policy", async () => {
    const file = join(temporaryFolder(), "config.yml");
    writeFileSync(file, "access_control:\n  default_policy: perhaps\n");
    const { code, stderr } = await zerohop(["policy", "check", "--config", file, "--json"]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/config\.yml:2:19: access_control\.default_policy: ./)]);
  });
});
