import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";

function attempt(host: TestHost, username: string, password: string, from = "203.0.113.1") {
  return host.postJson("/api/firstfactor", { username, password }, { "x-forwarded-for": from });
}

/** Three failures a moment apart, on the real clock. */
async function getBanned(host: TestHost, username: string, from?: string): Promise<void> {
  await attempt(host, username, "wrong", from);
  await attempt(host, username, "wrong", from);
  await expect.poll(async () => (await attempt(host, username, "wrong", from)).status).toBe(401);
}

describe("zerohop ban", () => {
  test("lists bans and lifts them while the host runs", async () => {
    const host = await startHost();
    const run = (...args: string[]) => zerohop(["ban", ...args, "--config", host.file]);
    const list = (...args: string[]) => zerohopInProcess(["ban", "list", ...args, "--config", host.file]);
    await getBanned(host, "alice");
    await getBanned(host, "my-password-by-mistake", "203.0.113.2");
    expect((await attempt(host, "alice", "demo")).status).toBe(429);

    const { stdout } = await list();
    expect(stdout).toMatch(/^KIND +WHO +UNTIL +IN A ROW\n/);
    expect(stdout).toMatch(/^user +alice +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +1$/m);
    expect(stdout).toMatch(/^user +\(a name that nobody has\) /m);
    const lines = (await list("--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({ kind: "user", who: "alice", until: expect.any(Number), in_a_row: 1 });
    expect(lines).toContainEqual({ kind: "user", who: null, until: expect.any(Number), in_a_row: 1 });

    expect(await run("lift", "--user", "alice")).toMatchObject({ code: 0, stdout: "lifted: 1\n" });
    expect((await attempt(host, "alice", "demo")).status).toBe(200);
    expect(await run("lift", "--address", "203.0.113.1")).toMatchObject({ code: 0, stdout: "lifted: 1\n" });
    const nobody = await run("lift", "--user", "alice");
    expect([nobody.code, nobody.stderr]).toEqual([1, "zerohop ban lift: nothing is held against alice\n"]);
    expect((await run("lift")).stderr).toMatch(/name either a --user or an --address/);
  });
});

describe("zerohop ban lift", () => {
  test("finds a user by the address that somebody typed as well", async () => {
    const host = await startHost();
    await getBanned(host, "alice");
    const lift = await zerohop(["ban", "lift", "--config", host.file, "--user", "Alice@example.com"]);
    expect(lift).toEqual({ code: 0, stdout: "lifted: 1\n", stderr: "" });
    expect((await attempt(host, "alice", "demo")).status).toBe(200);
  });

  test("lifts what is held against a name also while the users file cannot be read", async () => {
    const host = await startHost();
    await getBanned(host, "alice");
    writeFileSync(join(host.folder, "users.yml"), "users: [");
    const lift = await zerohop(["ban", "lift", "--config", host.file, "--user", "alice"]);
    expect(lift).toEqual({ code: 0, stdout: "lifted: 1\n", stderr: "" });
  });
});

describe("zerohop audit", () => {
  test("lists what happened, filters it, and has what operators did", async () => {
    const host = await startHost();
    const run = (...args: string[]) => zerohopInProcess(["audit", "--config", host.file, ...args]);
    const json = async (...args: string[]) =>
      (await run("--json", ...args)).stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    await attempt(host, "alice", "demo");
    await attempt(host, "bob", "wrong", "203.0.113.2");
    await zerohopInProcess(["session", "revoke", "--config", host.file, "--user", "alice"]);
    await zerohopInProcess(["key", "rotate", "--config", host.file]);
    await zerohopInProcess(["ban", "lift", "--config", host.file, "--user", "bob"]);

    await zerohopInProcess(["user", "enable", "--config", host.file, "carol"]);
    await zerohopInProcess(["gate", "config", "--config", host.file, "--name", "edge-1"]);

    const done = ["session end", "key rotation", "ban lift", "user change", "edge token"];
    const all = ["config change", "login", "login", ...done];
    expect((await json()).map(({ action }) => action)).toEqual(all);
    expect(await json("--user", "alice")).toMatchObject([
      { action: "login", outcome: "success", by: "user", address: "203.0.113.1" },
      { action: "session end", by: "operator", detail: { sessions: 1, operator: expect.any(String) } },
    ]);
    expect(await json("--action", "login", "--address", "203.0.113.2")).toMatchObject([{ user: "bob" }]);
    const times = [
      ["--since", "1h"],
      ["--since", "2100-01-01"],
      ["--until", "1h"],
      ["--until", "2100-01-01"],
    ] as const;
    const found = await Promise.all(times.map((time) => json(...time)));
    expect(found.map(({ length }) => length)).toEqual([all.length, 0, 0, all.length]);
    const [failure] = await json("--outcome", "failure");
    expect(failure).toMatchObject({ action: "login", user: "bob", outcome: "failure" });
    expect(await json("--request", failure.requestId)).toEqual([failure]);
    expect(await json("--action", "ban lift")).toMatchObject([{ by: "operator", user: "bob" }]);
    expect(await json("--limit", "2")).toMatchObject([
      { action: "user change", user: "carol", detail: { change: "enabled", operator: expect.any(String) } },
      { action: "edge token", user: null, detail: { name: "edge-1", made: true } },
    ]);
    const { stdout } = await run();
    expect(stdout).toMatch(/^TIME +ACTION +OUTCOME +BY +USER +ADDRESS +REQUEST +DETAIL\n/);
    expect(stdout).toMatch(/Z +login +failure +user +bob +203\.0\.113\.2 +[\w-]{36} +reason=wrong password$/m);
    const wrong = [
      ["--since", "yesterday"],
      ["--limit", "0"],
      ["--action", "logn"],
      ["--outcome", "failed"],
      ["--until", "later"],
    ];
    expect((await Promise.all(wrong.map((args) => run(...args)))).map(({ code }) => code)).toEqual(wrong.map(() => 2));
  }, 60_000);
});
