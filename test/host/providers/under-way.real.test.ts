// What is taken away while somebody is just logging in by it, or setting up another way in: nothing comes of either.
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { ProviderLoginStore } from "../../../host/features/providers/store.ts";
import { PasskeyStore } from "../../../host/features/second-factor/passkeys/store.ts";
import { RecoveryCodeStore } from "../../../host/features/second-factor/recovery-codes/store.ts";
import { TotpStore } from "../../../host/features/second-factor/totp/store.ts";
import { configText } from "../../../workshop/host/files.ts";
import { logIn, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import type { OpenIdServer } from "../../../workshop/servers/openid-provider.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { onPostgres } from "../../../workshop/servers/write-locks.ts";
import { Authenticator } from "../support/authenticator.ts";
import { App, setUpApp } from "../support/second-factor.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

const webauthn = "/api/secondfactor/webauthn";
const now = () => Math.floor(Date.now() / 1000);

const hrefIn = (body: string) => /<a class="primary" href="([^"]+)"/.exec(body)![1]!.replaceAll("&amp;", "&");

/** A browser in which alice of the users file is logged in. */
async function browserOf(host: TestHost, server: OpenIdServer): Promise<Browser> {
  const browser = new Browser(host, server);
  for (const pair of (await logIn(host)).split("; ")) {
    const [name, ...value] = pair.split("=");
    browser.setCookie(name!, value.join("="));
  }
  return browser;
}

/** Does something right before the first call of a store's method. */
function before<Name extends string>(
  store: Record<Name, (...parameters: never[]) => Promise<unknown>>,
  method: Name,
  work: () => Promise<unknown>,
): void {
  const original = store[method];
  const spy = vi.spyOn(store as never, method as never) as unknown as ReturnType<typeof vi.fn>;
  spy.mockImplementation(async function (this: unknown, ...parameters: never[]) {
    spy.mockImplementation(original as never);
    await work();
    return original.apply(this as never, parameters);
  });
  onTestFinished(() => spy.mockRestore());
}

/** Ends all other sessions of alice's, as she does who sees somebody else in her account. */
const endOthers = async (host: TestHost, cookie: string) => {
  const answer = await host.submit("/account/sessions/revoke-others", {}, { cookie });
  expect([answer.status, answer.headers.location]).toEqual([303, "/account"]);
};

function tests(config: (text: string) => Promise<string>): void {
  const start = async () => {
    const server = await openIdServer();
    const host = await startHost({ text: await config(configWith(providerText(server))) });
    return { server, host, browser: await browserOf(host, server) };
  };
  const beginLink = async (browser: Browser) =>
    hrefIn((await browser.submit(`${portal}/account/providers/link`, { provider: "company" })).body);

  test("a link to a provider's account: the login by it opens no session", async () => {
    const { server, host, browser } = await start();
    const there = await browser.follow(await beginLink(browser));
    await browser.follow(there.url, await browser.submit(there.url, { login: "bob" }));
    const link = /name="link" value="([^"]+)"/.exec((await browser.get(`${portal}/account`)).body)![1]!;
    const other = new Browser(host, server);
    before(ProviderLoginStore.prototype as never, "add", () =>
      browser.submit(`${portal}/account/providers/unlink`, { link }),
    );
    const { answer } = await other.signIn("bob");
    expect([answer!.status, other.cookies().includes("zerohop_session=")]).toEqual([400, false]);
    // From then on bob is himself.
    await other.signIn("bob");
    expect(payloadOf(other.cookies()).sub).toBe("bob@company");
  });

  test("all sessions: nothing is linked in one of them", async () => {
    const { server, host, browser } = await start();
    const there = await browser.follow(await beginLink(browser));
    const answer = await browser.submit(there.url, { login: "bob" });
    const owner = await logIn(host);
    server.intercept = async ({ url }) => {
      if (url !== "/token") return false;
      server.intercept = undefined;
      await endOthers(host, owner);
      return false;
    };
    expect((await browser.follow(there.url, answer)).answer!.status).toBe(400);
    const bob = new Browser(host, server);
    await bob.signIn("bob");
    expect(payloadOf(bob.cookies()).sub).toBe("bob@company");
  });

  test("all sessions: no authenticator app is set up in one of them", async () => {
    const host = await startHost({ text: await config(configText) });
    const [cookie, owner] = [await logIn(host), await logIn(host)];
    const begun = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
    const app = new App(JSON.parse(begun.body).data.base32_secret);
    before(TotpStore.prototype as never, "confirm", () => endOthers(host, owner));
    const answer = await host.postJson("/api/secondfactor/totp/register", { token: app.code(now()) }, { cookie });
    expect(answer.status).toBe(401);
    expect((await factorsOf(host)).has_totp).toBe(false);
  });

  test("all sessions: no passkey is added in one of them", async () => {
    const host = await startHost({ text: await config(configText) });
    const [cookie, owner] = [await logIn(host), await logIn(host)];
    const options = JSON.parse((await host.putJson(`${webauthn}/credential/register`, {}, { cookie })).body).data;
    const body = { response: new Authenticator().create(options), description: "Key" };
    before(PasskeyStore.prototype as never, "add", () => endOthers(host, owner));
    expect((await host.postJson(`${webauthn}/credential/register`, body, { cookie })).status).toBe(401);
    expect((await factorsOf(host)).has_webauthn).toBe(false);
  });

  test("all sessions: no recovery codes are made in one of them", async () => {
    const host = await startHost({ text: await config(configText) });
    const { cookie } = await setUpApp(host, await logIn(host), now());
    const owner = await logIn(host);
    before(RecoveryCodeStore.prototype as never, "replace", () => endOthers(host, owner));
    expect((await host.putJson("/api/secondfactor/recovery", {}, { cookie })).status).toBe(401);
    expect((await factorsOf(host)).recovery_codes_left).toBe(0);
  });
}

async function factorsOf(host: TestHost) {
  const cookie = await logIn(host);
  return JSON.parse((await host.get("/api/user/info", { cookie })).body).data;
}

describe("taken away meanwhile, over SQLite", () => tests(async (text) => text));

describeWith(postgresProgram, "taken away meanwhile, over PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.end(), 60_000);
  tests(async (text) => onPostgres(text, await server.createDatabase()));
});
