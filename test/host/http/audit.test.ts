import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configText, encryptionKey, temporaryFolder, usersText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, movableClock, startHost, type TestHost, tokenOf } from "../../../workshop/host/in-process.ts";
import { Authenticator } from "../support/authenticator.ts";
import { checkBasic, fromOutside, mint } from "../support/edge.ts";
import { App } from "../support/second-factor.ts";

function trail(host: TestHost) {
  return fromOutside(host, (store) => store.audit.records({}));
}

const address = "203.0.113.7";

describe("the audit trail", () => {
  test("says of logins, failures, bans and logouts who, what, from where, and in which request", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const from = { "x-forwarded-for": address };
    const logIn = (username: string, password: string) =>
      host.postJson("/api/firstfactor", { username, password }, from);
    const login = await logIn("alice", "demo");
    const wrong = await logIn("bob", "wrong");
    await logIn("mallory-or-a-password", "x");
    await logIn("carol", "demo");
    await logIn("bob", "wrong");
    advance(1);
    const last = await logIn("bob", "wrong");
    expect((await logIn("bob", "demo")).status).toBe(429);
    const logout = await host.postJson("/api/logout", {}, { ...from, cookie: cookieOf(login) });

    const common = { outcome: "success", by: "user", user: null, address, requestId: expect.any(String) };
    const failure = { ...common, action: "login", outcome: "failure" };
    expect(await trail(host)).toMatchObject([
      { action: "config change", by: "operator", address: null, requestId: null, at: clock() - 1 },
      { ...common, action: "login", user: "alice", requestId: login.headers["x-request-id"] },
      { ...failure, user: "bob", requestId: wrong.headers["x-request-id"], detail: { reason: "wrong password" } },
      { ...failure, user: null, detail: { reason: "unknown user" } },
      { ...failure, user: "carol", detail: { reason: "disabled user" } },
      { ...failure, user: "bob" },
      {
        ...common,
        action: "ban",
        by: "host",
        user: "bob",
        requestId: last.headers["x-request-id"],
        detail: { kind: "user", until: new Date((clock() + 300) * 1000).toISOString(), in_a_row: 1 },
      },
      { ...failure, user: "bob", at: clock() },
      { ...common, action: "logout", user: "alice", requestId: logout.headers["x-request-id"] },
    ]);
    const events = host.log.filter(({ audit }) => audit !== undefined);
    expect(events.map(({ audit }) => audit)).toEqual((await trail(host)).map(({ action }) => action));
    expect(events[1]).toMatchObject({ audit: "login", outcome: "success", user: "alice", address });
  });

  test("has every change of second factors, by form or by API, and what was refused", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const from = { "x-forwarded-for": address, "user-agent": "agent\u0085of chaos" };
    let cookie = await logIn(host);
    const headers = () => ({ ...from, cookie });
    const page = await host.get("/account/totp", headers());
    const secret = /secret=([A-Z2-7]+)/.exec(page.body)![1]!;
    await host.submit("/account/totp", { token: "000000" }, headers());
    cookie = cookieOf(await host.submit("/account/totp", { token: new App(secret).code(clock()) }, headers()));
    await host.submit("/account/recovery-codes", {}, headers());
    const options = JSON.parse(
      (await host.putJson("/api/secondfactor/webauthn/credential/register", {}, headers())).body,
    ).data;
    const key = new Authenticator();
    const add = (origin?: string) =>
      host.postJson(
        "/api/secondfactor/webauthn/credential/register",
        { response: key.create(options, origin === undefined ? {} : { origin }), description: "Desk key" },
        headers(),
      );
    cookie = cookieOf(await add());
    await add("https://evil.com");
    const passkey = key.id.toString("base64url");
    cookie = cookieOf(await host.submit("/account/passkeys/remove", { passkey }, headers()));
    cookie = cookieOf(await host.delete("/api/secondfactor/totp", headers()));
    await host.delete("/api/secondfactor/totp", headers());

    const own = { by: "user", user: "alice", address, requestId: expect.stringMatching(/^[\w-]{36}$/) };
    const ok = { ...own, outcome: "success" };
    const no = { ...own, outcome: "failure" };
    const user_agent = expect.stringMatching(/^agent.*of chaos$/);
    const [, , ...changes] = await trail(host);
    expect(changes).toMatchObject([
      { ...no, action: "totp setup", detail: { reason: "wrong code", user_agent } },
      { ...ok, action: "totp setup", detail: { replaced: false, user_agent } },
      { ...ok, action: "recovery codes", detail: { made: 10 } },
      { ...ok, action: "passkey setup", detail: { name: "Desk key", passkey: expect.any(String), synced: false } },
      { ...no, action: "passkey setup", detail: { factor: "passkey", reason: expect.any(String) } },
      { ...ok, action: "passkey removal", detail: { name: "Desk key" } },
      { ...ok, action: "totp removal" },
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  test("has each verification of a Basic credential once", async () => {
    const host = await startHost();
    const token = await mint(host);
    const ask = (username: string, password: string) => checkBasic(host, token, username, password, address);
    const [right, wrong] = [() => ask("alice", "demo"), () => ask("bob", "wrong")];
    await Promise.all([right(), right(), wrong(), wrong()]);
    const events = (await trail(host)).filter(({ action }) => action === "basic login");
    expect(events.map(({ user, outcome }) => `${user} ${outcome}`).sort()).toEqual(["alice success", "bob failure"]);
    expect(events[0]).toMatchObject({ address, by: "user" });
  });

  test("notes a configuration that differs from the one before, and sessions that end with their user", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    await first.postJson("/api/firstfactor", { username: "alice", password: "demo" });
    await first.stop();
    const users = (await usersText()).replace("groups: [admins, dev]", "disabled: true");
    const same = await startHost({ folder, users });
    await same.stop();
    const changed = await startHost({
      folder,
      text: configText.replace("default_policy: deny", "default_policy: two_factor"),
    });
    const events = (await trail(changed)).filter(({ action }) => action !== "login");
    expect(events.map(({ action, user }) => [action, user])).toEqual([
      ["config change", null],
      ["session end", "alice"],
      ["config change", null],
    ]);
  });

  test("holds nothing secret", async () => {
    const host = await startHost();
    const login = await host.postJson("/api/firstfactor", { username: "alice", password: "demo" });
    await host.postJson("/api/firstfactor", { username: "alice", password: "wrong-password" });
    await host.postJson("/api/firstfactor", { username: "my-password-by-mistake", password: "x" });
    const everything = JSON.stringify([await trail(host), host.log.filter(({ audit }) => audit)]);
    const secrets = ["wrong-password", "my-password-by-mistake", tokenOf(cookieOf(login)), encryptionKey, "argon2"];
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(readFileSync(host.file, "utf8")).toContain(encryptionKey);
  });

  test("is kept for as long as the configuration says", async () => {
    const host = await startHost();
    await fromOutside(host, async (store) => {
      const [record] = await store.audit.records({});
      await store.audit.removeBefore(record!.at);
      expect(await store.audit.records({})).toHaveLength(1);
      await store.audit.removeBefore(record!.at + 1);
      expect(await store.audit.records({})).toHaveLength(0);
    });
  });
});
