import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText, usersText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { fetchBundle, mint, renew } from "../support/edge.ts";

/** A host with one session each of alice and bob, and a gate that waits for news. */
async function startWithSessions() {
  const users = await usersText();
  // Whoever tries until a changed user is there is not to be banned.
  const text = configText.replace("access_control:", "regulation: { max_retries: 0 }\naccess_control:");
  const host = await startHost({ text, users });
  const token = await mint(host);
  const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
  const { etag } = await fetchBundle(host, token);
  const waiting = fetchBundle(host, token, { etag, wait: 30 });
  const edit = (change: (text: string) => string) => writeFileSync(join(host.folder, "users.yml"), change(users));
  return { host, token, alice, bob, waiting, edit };
}

async function statusAt(host: TestHost) {
  return JSON.parse((await host.get("/api/health", { host: "127.0.0.1" })).body).users;
}

function logInWith(host: TestHost, username: string, password: string) {
  return host.postJson("/api/firstfactor", { username, password });
}

describe("the users file of a running host", () => {
  test.each<[string, (text: string) => string]>([
    ["disabled", (text) => text.replace("displayname: Bob", "displayname: Bob\n    disabled: true")],
    ["removed", (text) => text.replace(/ {2}bob:\n(?: {4}.*\n)+/, "")],
  ])("ends the sessions of a user who is %s, at every gate at once, and of nobody else", async (_, change) => {
    const { host, token, alice, bob, waiting, edit } = await startWithSessions();
    const started = performance.now();
    edit(change);
    const { payload } = await waiting;
    expect(performance.now() - started).toBeLessThan(4000);
    expect(payload.revoked_sessions).toEqual([payloadOf(bob).sid]);
    expect(Object.keys(payload.not_before as object)).toEqual(["bob"]);
    expect((await renew(host, token, bob)).status).toBe(410);
    expect((await logInWith(host, "bob", "demo")).status).toBe(401);
    expect((await renew(host, token, alice)).status).toBe(204);
  });

  test("ends the sessions of a user whose password changes, who then logs in with the new one only", async () => {
    const { host, token, alice, bob, waiting, edit } = await startWithSessions();
    const hash = await hashArgon2("another", cheapParameters);
    // By a function: behind the `$` of a hash may be a digit, which would stand for a group.
    edit((text) => text.replace(/(bob:\n.*\n {4}password: ).*/, (_, before) => before + hash));
    expect((await waiting).payload.revoked_sessions).toEqual([payloadOf(bob).sid]);
    expect((await renew(host, token, bob)).status).toBe(410);
    expect((await renew(host, token, alice)).status).toBe(204);
    expect((await logInWith(host, "bob", "demo")).status).toBe(401);
    expect((await logInWith(host, "bob", "another")).status).toBe(200);
    expect(host.log).toContainEqual(
      expect.objectContaining({
        audit: "session end",
        by: "host",
        user: "bob",
        sessions: 1,
        reason: "password changed",
      }),
    );
  });

  test("gives changed groups, names and addresses with the next lease, and ends nothing", async () => {
    const { host, token, alice, edit } = await startWithSessions();
    const { etag } = await fetchBundle(host, token);
    edit((text) =>
      text.replace("[admins, dev]", "[dev, ops]").replace("Alice Liddell", "Alice").replace("alice@", "al@"),
    );
    await vi.waitFor(
      async () =>
        expect(payloadOf(cookieOf(await renew(host, token, alice)))).toMatchObject({
          ...{ groups: ["dev", "ops"], name: "Alice", email: "al@example.com", sid: payloadOf(alice).sid },
        }),
      { timeout: 10_000 },
    );
    expect((await fetchBundle(host, token)).etag).toBe(etag);
  });

  test("ends no session when the host itself replaces an outdated hash", async () => {
    const bcrypt = "$2b$05$abcdefghijklmnopqrstuupHpIXcOJo1NoZgX.hjwSF2SVi6yU1wa";
    const users = (await usersText()).replace(/(bob:\n.*\n {4}password: ).*/, `$1${bcrypt}`);
    const host = await startHost({ users });
    const token = await mint(host);
    const [bob, second] = await Promise.all([logIn(host, "bob"), logIn(host, "bob")]);
    const read = () => readFileSync(join(host.folder, "users.yml"), "utf8");
    await vi.waitFor(() => expect(read()).not.toContain(bcrypt), { timeout: 10_000 });
    // Beyond the time in which the file is looked at.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await renew(host, token, bob)).status).toBe(204);
    expect((await renew(host, token, second)).status).toBe(204);
    expect((await logInWith(host, "bob", "demo")).status).toBe(200);
  });

  test("takes a new user in", async () => {
    const { host, edit } = await startWithSessions();
    const hash = await hashArgon2("demo", cheapParameters);
    edit((text) => `${text}  dave:\n    password: ${hash}\n`);
    await vi.waitFor(async () => expect((await logInWith(host, "dave", "demo")).status).toBe(200), { timeout: 10_000 });
  });

  test("with a mistake, or gone, changes nothing and is shown, until it is put right", async () => {
    const { host, token, alice, bob, edit } = await startWithSessions();
    edit((text) => text.replace("groups: [admins, dev]", "groups: admins"));
    const problem = expect.stringMatching(/users\.yml:6:13: users\.alice\.groups: must be a list/);
    await vi.waitFor(async () => expect(await statusAt(host)).toEqual({ status: "rejected", problem }), {
      timeout: 10_000,
    });
    expect((await host.get("/api/health")).status).toBe(200);
    for (const cookie of [alice, bob]) expect((await renew(host, token, cookie)).status).toBe(204);
    expect(host.log.filter(({ msg }) => String(msg).includes("users file is invalid"))).toHaveLength(1);
    edit((text) => text);
    await vi.waitFor(async () => expect(await statusAt(host)).toEqual({ status: "current" }), { timeout: 10_000 });
  });
});
