// Two hosts on one PostgreSQL: a login that begins at one comes back to the other, and what the provider tells one of them holds at both.
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mintEdgeToken } from "../../../host/gates/edge/edge-token.ts";
import { payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { clientId } from "../../../workshop/servers/openid-provider.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { onPostgres } from "../../../workshop/servers/write-locks.ts";
import { fetchBundle, renew } from "../support/edge.ts";
import { Browser, configWith, openIdServer, providerText } from "../support/sign-in.ts";
import { openPostgresStores } from "../support/stores.ts";

describeWith(postgresProgram, "two hosts on one PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server?.end(), 60_000);

  test("begin a login at one and end it at the other, and a log-out at the provider ends it at both", async () => {
    const settings = await server.createDatabase();
    const provider = await openIdServer({ backChannelLogoutUri: "http://127.0.0.1:9/" });
    const text = onPostgres(configWith(providerText(provider)), settings);
    const [one, other] = await Promise.all([startHost({ text }), startHost({ text })]);
    const store = await openPostgresStores(settings);
    const token = await mintEdgeToken(store.edgeTokens, "test", 1_790_000_000);

    // One asks the first host, the next the second, as behind a proxy that takes turns.
    let asked = 0;
    const both: TestHost = { ...one, get: (...question) => (asked++ % 2 === 0 ? one : other).get(...question) };
    const browser = new Browser(both, provider);
    await browser.signIn("alice");
    expect(asked).toBeGreaterThanOrEqual(2);
    const cookie = browser.cookies();
    expect(payloadOf(cookie).sub).toBe("alice@company");
    for (const host of [one, other]) expect((await renew(host, token, cookie)).status).toBe(204);

    const { etag } = await fetchBundle(one, token);
    const waiting = fetchBundle(one, token, { etag, wait: 30 });
    const [login] = await store.providerLogins.all();
    const now = Math.floor(Date.now() / 1000);
    const logout = await provider.sign({
      ...{ iss: provider.issuer, aud: clientId, iat: now, exp: now + 60, jti: "one", sid: login!.providerSid },
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    const tell = (host: TestHost) =>
      host.post(
        "/login/provider/company/back-channel-logout",
        new URLSearchParams({ logout_token: logout }).toString(),
        {
          "content-type": "application/x-www-form-urlencoded",
        },
      );
    expect((await tell(other)).status).toBe(200);
    expect((await waiting).payload.revoked_sessions).toContain(payloadOf(cookie).sid);
    for (const host of [one, other]) expect((await renew(host, token, cookie)).status).toBe(410);
    // Taken at one, the token is no good at the other.
    expect((await tell(one)).status).toBe(400);
    await store.close();
  });

  test("end at one the session that a second factor is just putting in its place at the other", async () => {
    const settings = await server.createDatabase();
    const store = await openPostgresStores(settings);
    const now = 1_790_000_000;
    await store.sessions.addSession({
      ...{ sid: "a", username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["fed"] },
      ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
      login: "company:one",
    });
    const { host, port, database, username: user } = settings;
    const raising = new Client({ host, port, database, user });
    await raising.connect();
    // As SessionStore.replaceSession does.
    await raising.query("BEGIN");
    await raising.query("SELECT pg_advisory_xact_lock(hashtextextended('sessions of alice', 0))");
    await raising.query("CREATE TEMPORARY TABLE raised ON COMMIT DROP AS SELECT * FROM sessions");
    await raising.query("DELETE FROM sessions");
    await raising.query("UPDATE raised SET sid = 'b', level = 2");
    await raising.query("INSERT INTO sessions SELECT * FROM raised");
    const ending = store.sessions.revokeLogins(["company:one"], { at: now, longestLease: 300, grace: 960 });
    const waiting = "SELECT count(*) AS count FROM pg_locks WHERE NOT granted";
    await expect.poll(async () => (await raising.query(waiting)).rows[0].count, { timeout: 20_000 }).toBe("1");
    await raising.query("COMMIT");
    expect(await ending).toBe(1);
    expect(await store.sessions.session("b")).toBeUndefined();
    await raising.end();
    await store.close();
  });
});
