import { describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { cookieOf, movableClock, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { usersFile } from "../../../workshop/host/users.ts";
import { checkBasic, mint } from "../support/edge.ts";
import { attempt, banTime, getBanned } from "../support/regulation.ts";

const text = configText.replace(
  "path: users.yml",
  "path: users.yml\n    search: { email: true, case_insensitive: true }",
);

function withSearch(clock?: () => number): Promise<TestHost> {
  return startHost({ text, ...(clock && { clock }) });
}

const spellings = ["alice", "ALICE", "Alice@Example.com", "alice@example.com"];

describe("a host whose users file is searched by address and in any case", () => {
  test.each(spellings)("logs somebody in who types %s, under their own name", async (username) => {
    const host = await withSearch();
    const login = await host.postJson("/api/firstfactor", { username, password: "demo" });
    expect(login.status).toBe(200);
    const cookie = cookieOf(login);
    expect(payloadOf(cookie)).toMatchObject({ sub: "alice", groups: ["admins", "dev"] });
    expect(JSON.parse((await host.get("/api/state", { cookie })).body).data.username).toBe("alice");
    expect(host.log).toContainEqual(expect.objectContaining({ audit: "login", outcome: "success", user: "alice" }));
  });

  test("counts all ways to name somebody as one, and records refusals by the user's name", async () => {
    const { clock, advance } = movableClock();
    const host = await withSearch(clock);
    for (const [index, username] of spellings.slice(0, 2).entries()) {
      expect((await attempt(host, { username, from: `203.0.113.${index}` })).status).toBe(401);
      advance(10);
    }
    await getBanned(host, advance, { username: "alice@example.com" });
    for (const username of spellings) expect((await attempt(host, { username, password: "demo" })).status).toBe(429);
    const audit = host.log.filter((line) => line.audit !== undefined && line.user !== undefined);
    expect(new Set(audit.map(({ user }) => user))).toEqual(new Set(["alice"]));
    advance(banTime);
    expect((await attempt(host, { username: "ALICE", password: "demo" })).status).toBe(200);
  });

  test.each(spellings)(
    "vouches for a Basic credential of %s under the user's own name, at gates and by forward-auth",
    async (typed) => {
      const host = await withSearch();
      const answer = await checkBasic(host, await mint(host), typed, "demo");
      expect([answer.status, payloadOf(answer.body).sub]).toEqual([200, "alice"]);
      const authorization = `Basic ${Buffer.from(`${typed}:demo`).toString("base64")}`;
      const headers = { "proxy-authorization": authorization, "x-original-url": "https://app.example.com/" };
      const authorized = await host.get("/api/authz/auth-request", { ...headers, "x-original-method": "GET" });
      expect([authorized.status, authorized.headers["remote-user"]]).toEqual([200, "alice"]);
    },
  );

  test("remembers a browser by its user, whatever is typed", async () => {
    const host = await withSearch();
    const first = await host.postJson("/api/firstfactor", { username: "alice@example.com", password: "demo" });
    const browser = first.headers["set-cookie"]!.find((cookie) => cookie.startsWith("__Host-zerohop_browser="))!.split(
      ";",
    )[0]!;
    await host.postJson("/api/firstfactor", { username: "Alice", password: "demo" }, { cookie: browser });
    const logins = host.log.filter(({ audit }) => audit === "login");
    expect(logins.map(({ new_place }) => new_place)).toEqual([true, undefined]);
  });

  test("without that, takes a name as it is written and nothing else", async () => {
    const host = await startHost();
    for (const username of spellings.slice(1))
      expect((await attempt(host, { username, password: "demo" })).status).toBe(401);
  });
});

describe("a hash that cannot be verified", () => {
  test("keeps out its own user alone, with a warning in the log at each load", async () => {
    const yescrypt = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC";
    const users = `${await usersFile({ alice: {} })}  bob:\n    password: ${yescrypt}\n`;
    const host = await startHost({ users });
    const answers = [];
    for (const username of ["bob", "nobody"]) answers.push(await attempt(host, { username, password: "demo" }));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(401);
    expect((await attempt(host, { username: "alice", password: "demo" })).status).toBe(200);
    expect(host.log).toContainEqual(
      expect.objectContaining({ audit: "login", user: "bob", reason: "unusable password hash" }),
    );
    const warnings = () => host.log.filter(({ problem }) => String(problem).includes("yescrypt"));
    await expect.poll(() => warnings().length).toBe(1);
    expect(warnings()[0]!.problem).toContain("users.yml:5:15: users.bob.password: is a hash of the kind yescrypt");
    expect(JSON.stringify(host.log)).not.toContain(yescrypt.slice(4));
  });
});
