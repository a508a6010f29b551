import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { setUpApp } from "../support/second-factor.ts";

async function secondFactorsOf(host: TestHost, cookie: string) {
  return JSON.parse((await host.get("/api/user/info", { cookie })).body).data;
}

describe("zerohop user", () => {
  test("adds, lists, changes, disables, enables and deletes users", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    const user = async (command: string, args: readonly string[], input?: string) =>
      await zerohopInProcess(["user", command, "--config", config, ...args], input === undefined ? {} : { input });
    const states = async () =>
      (await user("list", ["--json"])).stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));

    const profile = ["--display-name", "Dora", "--email", "dora@example.com", "--groups", "dev,staff"];
    expect(await user("add", ["dora", ...profile, "--password-stdin"], "six lamps over a quiet harbour\n")).toEqual({
      code: 0,
      stdout: "added: dora\n",
      stderr: "",
    });
    expect((await states()).at(-1)).toEqual({
      name: "dora",
      displayName: "Dora",
      email: "dora@example.com",
      groups: ["dev", "staff"],
      disabled: false,
    });
    expect((await user("list", [])).stdout).toMatch(/^dora +Dora +dora@example\.com +dev,staff$/m);

    const before = readFileSync(join(folder, "users.yml"), "utf8");
    // The operator knows better, but is told.
    const weak = await user("password", ["dora", "--password-stdin"], "dora@example");
    expect(weak.stdout).toBe("changed: dora, sessions ended: 0\n");
    expect(weak.stderr).toMatch(/^warning: The new password is easy to guess: a name or an address/);
    expect(readFileSync(join(folder, "users.yml"), "utf8")).not.toBe(before);
    expect((await user("disable", ["dora", "bob"])).stdout).toBe("disabled: dora, bob, sessions ended: 0\n");
    expect((await states()).filter(({ disabled }) => disabled).map(({ name }) => name)).toEqual([
      "bob",
      "carol",
      "dora",
    ]);
    expect((await user("enable", ["bob"])).stdout).toBe("enabled: bob\n");
    expect((await user("delete", ["dora"])).stdout).toBe("deleted: dora, sessions ended: 0\n");
    expect((await states()).map(({ name }) => name)).toEqual(["alice", "bob", "carol"]);
  });

  test("ends the sessions of whoever is disabled, on a running host too", async () => {
    const host = await startHost();
    const cookie = await logIn(host, "bob");
    const { stdout } = await zerohop(["user", "disable", "--config", host.file, "bob"]);
    expect(stdout).toBe("disabled: bob, sessions ended: 1\n");
    expect(JSON.parse((await host.get("/api/state", { cookie })).body).data.username).toBe("");
  });

  test("takes the second factors of whoever is deleted, so that the next of that name is not asked for them", async () => {
    // The command line goes by the real time: tokens from before that are refused.
    const { clock, advance } = movableClock(Math.floor(Date.now() / 1000) + 3600);
    const host = await startHost({ clock });
    const { cookie } = await setUpApp(host, await logIn(host, "bob"), clock());
    expect(await secondFactorsOf(host, cookie)).toMatchObject({ has_totp: true });
    await zerohop(["user", "delete", "--config", host.file, "bob"]);
    const added = ["bob", "--display-name", "Another Bob", "--password-stdin"];
    expect((await zerohop(["user", "add", "--config", host.file, ...added], { input: "demo" })).code).toBe(0);
    const again = await vi.waitFor(() => {
      // A try before the host has read the file again counts as a failed one, after which there is a delay.
      advance(60);
      return logIn(host, "bob");
    }, 10_000);
    expect(await secondFactorsOf(host, again)).toMatchObject({ has_totp: false });
  });

  test.each([
    [["add", "alice", "--password-stdin"], 2, /already a user alice/],
    [["add", "a,b", "x", "--password-stdin"], 2, /name one user/],
    [["add", "x", "--groups", "a,,b", "--password-stdin"], 1, /users\.x\.groups\[1\]: must be the name of a group/],
    [["add", "x"], 2, /no terminal to ask on; use --password-stdin/],
    [["password", "mallory", "--password-stdin"], 1, /there is no user mallory/],
    [["disable", "alice", "mallory"], 1, /there is no user mallory/],
    [["delete"], 2, /name at least one user/],
  ])("%j fails and changes nothing", async (args, code, message) => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    const before = readFileSync(join(folder, "users.yml"), "utf8");
    const ended = await zerohopInProcess(["user", args[0]!, "--config", config, ...args.slice(1)], {
      input: "password",
    });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(readFileSync(join(folder, "users.yml"), "utf8")).toBe(before);
  });

  test("refuses an empty password", async () => {
    const config = await writeConfig(temporaryFolder());
    const args = ["user", "password", "--config", config, "alice", "--password-stdin"];
    expect((await zerohopInProcess(args, { input: "\n" })).stderr).toMatch(/an empty password/);
  });

  test("says so when users come from an LDAP server", async () => {
    const file = join(temporaryFolder(), "config.yml");
    const ldap = "  ldap: { address: ldap://x, base_dn: dc=x, user: cn=x, password: x }\n";
    writeFileSync(file, configText.replace("  file:\n    path: users.yml\n", ldap));
    for (const args of [["list"], ["disable", "alice"], ["add", "x", "--password-stdin"]]) {
      const { code, stderr } = await zerohopInProcess(["user", ...args, "--config", file], { input: "x" });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/users come from an LDAP server/)]);
    }
  });
});
