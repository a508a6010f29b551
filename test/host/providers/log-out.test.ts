// Log-outs with a provider: told by it, from server to server and by the browser, and begun here. And sessions that follow it: refresh tokens.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { movableClock, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { clientId, type OpenIdServer } from "../../../workshop/servers/openid-provider.ts";
import { fetchBundle, fromOutside, mint } from "../support/edge.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";
const backChannel = "/login/provider/company/back-channel-logout";

/** The time of the tokens is the provider's, so this clock begins at the real one. */
const timeNow = () => movableClock(Math.floor(Date.now() / 1000));

async function start(more = "", options: Parameters<typeof openIdServer>[0] = {}) {
  // The client's registration says that it wants the name of the session.
  const server = await openIdServer({ backChannelLogoutUri: "http://127.0.0.1:9/", ...options });
  const time = timeNow();
  const host = await startHost({ text: configWith(providerText(server, more)), clock: time.clock });
  return { server, host, browser: new Browser(host, server), ...time };
}

/** Tells the host of a log-out, as a provider does. */
function tell(host: TestHost, token: string) {
  const headers = { host: "zerohop_host", "content-type": "application/x-www-form-urlencoded" };
  return host.post(backChannel, new URLSearchParams({ logout_token: token }).toString(), headers);
}

function claimsFor({ issuer }: OpenIdServer, more: Readonly<Record<string, unknown>> = {}) {
  const now = Math.floor(Date.now() / 1000);
  const jti = crypto.randomUUID();
  return { iss: issuer, aud: clientId, iat: now, exp: now + 120, jti, events: { [event]: {} }, ...more };
}

const isIn = async (browser: Browser) => (await browser.get(`${portal}/account`)).body.includes("alice@company");

/** The name that the session of a browser has at the provider. */
function providerSid(host: TestHost): Promise<string> {
  return fromOutside(host, async ({ providerLogins }) => (await providerLogins.all()).at(-1)!.providerSid!);
}

describe("a log-out that the provider tells of", () => {
  test("by oidc-provider itself ends the session here, at gates at once", async () => {
    // Where the host listens is known before it starts: the provider is told of this relay.
    let target = "";
    const relay = createServer(async (request, response) => {
      const answer = await fetch(`${target}${request.url}`, {
        method: "POST",
        headers: { "content-type": request.headers["content-type"]! },
        body: await new Response(streamOf(request)).text(),
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    relay.listen(0, "127.0.0.1");
    await once(relay, "listening");
    onTestFinished(() => void relay.close());
    const { port } = relay.address() as AddressInfo;
    const { server, host, browser } = await start("", {
      backChannelLogoutUri: `http://127.0.0.1:${port}${backChannel}`,
    });
    target = host.url;
    await browser.signIn("alice");
    const { sid } = payloadOf(browser.cookies());
    const token = await mint(host);
    const { etag } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 30 });
    const page = await browser.get(`${server.issuer}/session/end`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)![1]!;
    await browser.submit(`${server.issuer}/session/end/confirm`, { xsrf, logout: "yes" });
    expect((await waiting).payload.revoked_sessions).toContain(sid);
    expect(await isIn(browser)).toBe(false);
  });

  test("is for a session (sid), or for all sessions of a subject (sub) and nobody else's", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    const sid = await providerSid(host);
    const other = new Browser(host, server);
    await other.signIn("alice");
    const bob = new Browser(host, server);
    await bob.signIn("bob");
    expect((await tell(host, await server.sign(claimsFor(server, { sid })))).status).toBe(200);
    expect([await isIn(browser), await isIn(other)]).toEqual([false, true]);
    expect((await tell(host, await server.sign(claimsFor(server, { sub: "bob", sid: "another" })))).status).toBe(200);
    expect((await bob.get(`${portal}/account`)).body).toContain("bob@company");
    expect((await tell(host, await server.sign(claimsFor(server, { sub: "alice" })))).status).toBe(200);
    expect([await isIn(other), (await bob.get(`${portal}/account`)).body.includes("bob@company")]).toEqual([
      false,
      true,
    ]);
  });

  test("counts for a login that is under way: one that began before it gives no session", async () => {
    const { server, host, browser } = await start();
    const { url } = await browser.signIn("alice", { stops: true });
    // The code is redeemed, and before the session is there the log-out comes.
    server.intercept = async (request) => {
      if (request.url !== "/jwks") return false;
      server.intercept = undefined;
      return false;
    };
    const now = Math.floor(Date.now() / 1000) + 5;
    expect((await tell(host, await server.sign(claimsFor(server, { sub: "alice", iat: now })))).status).toBe(200);
    const { answer } = await browser.follow(url);
    expect(answer!.status).toBe(403);
    expect(browser.cookies()).not.toContain("zerohop_session=");
  });

  test("is taken once (replay)", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    const token = await server.sign(claimsFor(server, { sub: "alice" }));
    expect((await tell(host, token)).status).toBe(200);
    expect((await tell(host, token)).status).toBe(400);
  });

  test.each([
    ["without the event", { events: {} }],
    ["without events, as an ID token has none", { events: undefined }],
    ["with a nonce", { nonce: "n" }],
    ["without a jti", { jti: undefined }],
    ["that names nobody", { sub: undefined }],
    ["of long ago", { iat: Math.floor(Date.now() / 1000) - 3600, exp: undefined }],
    ["of the future", { iat: Math.floor(Date.now() / 1000) + 3600 }],
    ["for another client", { aud: "another" }],
    ["of another issuer", { iss: "https://evil.example.com" }],
  ])("is refused %s", async (_, fault) => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    const answer = await tell(host, await server.sign(claimsFor(server, { sub: "alice", ...fault })));
    expect([answer.status, await isIn(browser)]).toEqual([400, true]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("is refused in an access token, and unsigned", async () => {
    const { server, host } = await start();
    const claims = claimsFor(server, { sub: "alice" });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`;
    for (const token of [await server.sign(claims, { typ: "at+jwt" }), unsigned, "", "x.y.z"])
      expect((await tell(host, token)).status).toBe(400);
  });

  test("by a page in the browser counts where the configuration says so, with the issuer and the session's name", async () => {
    const { server, host, browser } = await start("front_channel_logout: true");
    await browser.signIn("alice");
    const sid = await providerSid(host);
    const ask = (iss: string, name: string) =>
      host.get(`/login/provider/company/front-channel-logout?${new URLSearchParams({ iss, sid: name })}`);
    expect((await ask("https://evil.example.com", sid)).status).toBe(400);
    expect((await ask(server.issuer, "another")).status).toBe(200);
    expect(await isIn(browser)).toBe(true);
    // Anybody may send such requests: of those that were many only what they end is kept.
    const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { timeout: 5000 });
    onTestFinished(() => database.close());
    database.exec(`WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
      INSERT INTO provider_logouts SELECT 'company', n, n, NULL, 1, 4000000000 FROM number`);
    const kept = () => Number(database.prepare("SELECT count(*) AS count FROM provider_logouts").get()!.count);
    const before = kept();
    const answer = await ask(server.issuer, sid);
    expect(kept()).toBe(before);
    expect(answer.headers["content-security-policy"]).toContain(`frame-ancestors ${server.issuer}`);
    expect(await isIn(browser)).toBe(false);
    const without = await start();
    expect((await without.host.get(`/login/provider/company/front-channel-logout?iss=x&sid=y`)).status).toBe(404);
  });
});

describe("a log-out that begins here", () => {
  test("goes on to the provider where the configuration says so, and comes back to where the visitor wanted to be", async () => {
    const { server, browser } = await start("logout: true");
    await browser.signIn("alice");
    const rd = "https://app.example.com/x";
    const { status, body } = await browser.submit(`${portal}/logout`, { rd });
    expect(status).toBe(200);
    const address = /<a class="primary" href="([^"]+)"/.exec(body)![1]!.replaceAll("&amp;", "&");
    const there = new URL(address);
    expect(there.origin + there.pathname).toBe(`${server.issuer}/session/end`);
    expect(payloadOf(there.searchParams.get("id_token_hint")!).sub).toBe("alice");
    const page = await browser.get(address);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)![1]!;
    const done = await browser.submit(`${server.issuer}/session/end/confirm`, { xsrf, logout: "yes" });
    const back = new URL(done.headers.location!);
    expect(back.origin + back.pathname).toBe(`${portal}/login/provider/company/logged-out`);
    // The target is nobody's to read on the way.
    expect(back.href).not.toContain("app.example.com");
    const home = await browser.get(back.href);
    expect(home.headers.location).toBe(`/?rd=${encodeURIComponent(rd)}`);
  });

  test("by JSON does not wait for the provider, to which nobody is led on by it", async () => {
    const { server, host, browser } = await start("logout: true\ntimeout: 2s");
    await browser.signIn("alice");
    const cookie = browser.cookies();
    // It is silent from now on.
    server.intercept = () => true;
    const asked = browser.get(`${portal}/login/provider/company`);
    await expect.poll(() => server.requests.at(-1)).toBe("POST /request");
    const { length } = server.requests;
    expect([(await host.postJson("/api/logout", {}, { cookie })).status, server.requests.length]).toEqual([
      200,
      length,
    ]);
    expect((await host.get("/api/state", { cookie })).body).toContain('"authentication_level":0');
    await asked;
  });

  test("stays here where the provider is down", async () => {
    const { server, browser } = await start("logout: true");
    await browser.signIn("alice");
    await server.stop();
    const { status } = await browser.submit(`${portal}/logout`, {});
    expect([200, 303]).toContain(status);
    expect(browser.cookies()).not.toContain("zerohop_session=");
  });
});

function streamOf(request: NodeJS.ReadableStream): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      for await (const chunk of request) controller.enqueue(chunk);
      controller.close();
    },
  });
}
