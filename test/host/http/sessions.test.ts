import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { configText, encryptionKey, temporaryFolder, usersText } from "../../../workshop/host/files.ts";
import {
  cookieOf,
  headerOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
  tokenOf,
} from "../../../workshop/host/in-process.ts";
import { openSqliteStores } from "../support/stores.ts";

async function userOf(host: TestHost, cookie: string): Promise<string> {
  return JSON.parse((await host.get("/api/state", { cookie })).body).data.username;
}

describe("a session", () => {
  test("lives on after its lease, up to the inactivity limit", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    advance(60 + 299);
    expect(await userOf(host, cookie)).toBe("alice");
    advance(1);
    expect(await userOf(host, cookie)).toBe("");
  });

  test("that is used lives to its absolute end and not longer", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    let cookie = await logIn(host);
    const end = payloadOf(cookie).session_exp as number;
    while (clock() + 300 < end) {
      advance(300);
      cookie = cookieOf(await host.get("/", { cookie }));
      expect(payloadOf(cookie).session_exp).toBe(end);
      expect(payloadOf(cookie).exp).toBeLessThanOrEqual(end);
    }
    advance(end - clock() - 1);
    expect(await userOf(host, cookie)).toBe("alice");
    advance(1);
    expect(await userOf(host, cookie)).toBe("");
  });

  test("that is remembered needs no activity", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host, "alice", true);
    advance(30 * 86_400 - 1);
    expect(await userOf(host, cookie)).toBe("alice");
    expect((await host.get("/", { cookie })).headers["set-cookie"]![0]).toMatch(/; Max-Age=1$/);
    advance(1);
    expect(await userOf(host, cookie)).toBe("");
  });

  test("survives a restart, and so do the keys", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    const cookie = await logIn(first);
    const keys = (await first.get("/jwks.json")).body;
    await first.stop();
    const second = await startHost({ folder });
    expect(await userOf(second, cookie)).toBe("alice");
    expect((await second.get("/jwks.json")).body).toBe(keys);
  });

  test("survives the rotation of the key that signed it, which gates know as long", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host, "alice", true);
    const store = openSqliteStores(join(host.folder, "db.sqlite3"));
    const keyring = await Keyring.open(store.keys, await KeyEncryption.open(store.encryption, encryptionKey), clock);
    const kid = await keyring.rotateSessionKey();
    await store.close();
    await vi.waitFor(async () => expect((await host.get("/jwks.json")).body).toContain(kid), { timeout: 20_000 });
    advance(10);
    expect(headerOf(await logIn(host)).kid).toBe(kid);
    advance(30 * 86_400 - 11);
    expect((await host.get("/jwks.json")).body).toContain(headerOf(cookie).kid);
    expect(await userOf(host, cookie)).toBe("alice");
    advance(71);
    expect((await host.get("/jwks.json")).body).not.toContain(headerOf(cookie).kid);
  });

  test("ends when its user is disabled", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    const cookie = await logIn(first);
    await first.stop();
    const users = (await usersText()).replace("groups: [admins, dev]", "groups: [admins, dev]\n    disabled: true");
    const second = await startHost({ folder, users });
    expect(await userOf(second, cookie)).toBe("");
    expect(second.log).toContainEqual(
      expect.objectContaining({ user: "alice", audit: "session end", reason: "user disabled or gone" }),
    );
  });

  test("has the groups that the users file has now", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    const cookie = await logIn(first);
    await first.stop();
    const second = await startHost({ folder, users: (await usersText()).replace("[admins, dev]", "[dev]") });
    expect(payloadOf(cookieOf(await second.get("/", { cookie }))).groups).toEqual(["dev"]);
  });

  test("of many is on one of the pages of the account, and in one of the answers of the API", async () => {
    const host = await startHost();
    const cookies: string[] = [];
    for (let n = 0; n < 25; n++) cookies.push(await logIn(host));
    const sids = cookies.map((cookie) => String(payloadOf(cookie).sid)).toSorted();
    const [cookie] = cookies;
    const shown = (body: string) => [...body.matchAll(/name="session" value="([^"]+)"/g)].map(([, sid]) => sid!);
    const first = (await host.get("/account", { cookie: cookie! })).body;
    const next = /href="(\/account\?after=[^"]+)#sessions"/.exec(first)![1]!;
    const second = (await host.get(next, { cookie: cookie! })).body;
    expect(second).not.toContain(`#sessions"`);
    // The one that asks has no button to be ended with.
    const own = String(payloadOf(cookie!).sid);
    expect([...shown(first), ...shown(second), own].toSorted()).toEqual(sids);

    const listed: string[] = [];
    for (let after = ""; ; ) {
      const answer = JSON.parse((await host.get(`/api/user/sessions?limit=10${after}`, { cookie: cookie! })).body);
      listed.push(...answer.data.map(({ id }: { id: string }) => id));
      if (answer.next === undefined) break;
      after = `&after=${answer.next}`;
    }
    expect(listed.toSorted()).toEqual(sids);
    for (const wrong of ["limit=0", "limit=101", "limit=x", "after=x"])
      expect((await host.get(`/api/user/sessions?${wrong}`, { cookie: cookie! })).status).toBe(400);
  });

  test("is found among other cookies of its name, which another host of the domain may have set", async () => {
    const host = await startHost();
    const cookie = await logIn(host);
    expect(await userOf(host, `a=b; zerohop_session=junk; zerohop_session=; ${cookie}; c=d`)).toBe("alice");
    expect(await userOf(host, `zerohop_sessions=${tokenOf(cookie)}`)).toBe("");
  });

  test("of one cookie domain is none in another", async () => {
    const other = "    - domain: example.org\n      portal_url: https://auth.example.org\nauthentication_backend";
    const host = await startHost({ text: configText.replace("authentication_backend", other) });
    const cookie = await logIn(host);
    expect(await userOf(host, cookie)).toBe("alice");
    const elsewhere = await host.get("/api/state", { cookie, host: "auth.example.org" });
    expect(elsewhere.body).toContain('"username":""');
  });
});
