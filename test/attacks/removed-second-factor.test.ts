// Sessions of level 2 whose second factor is taken away, as whoever has lost a device does: they end, at the host and at gates.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SessionStore } from "../../host/session/store.ts";
import type { Question } from "../../workshop/clients/https-client.ts";
import { logIn as logInThrough } from "../../workshop/clients/portal-login.ts";
import { configText } from "../../workshop/host/files.ts";
import {
  type Answer,
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
} from "../../workshop/host/in-process.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";
import { postgresProgram, startPostgres } from "../../workshop/servers/postgres.ts";
import { Authenticator } from "../host/support/authenticator.ts";
import { fetchBundle, fromOutside, mint } from "../host/support/edge.ts";
import { App, setUpApp } from "../host/support/second-factor.ts";

const webauthn = "/api/secondfactor/webauthn";

/** alice's browsers at a host whose clock the test moves. */
class Browsers {
  readonly host: TestHost;
  readonly #time: ReturnType<typeof movableClock>;

  private constructor(host: TestHost, time: ReturnType<typeof movableClock>) {
    this.host = host;
    this.#time = time;
  }

  static async start(text: string): Promise<Browsers> {
    const time = movableClock();
    return new Browsers(await startHost({ text, clock: time.clock }), time);
  }

  /** Lets half a minute pass, after which an app shows another code. */
  tick(): void {
    this.#time.advance(30);
  }

  async withNewApp(cookie?: string): Promise<{ app: App; cookie: string }> {
    return setUpApp(this.host, cookie ?? (await logIn(this.host)), this.#time.clock());
  }

  async withNewPasskey(cookie: string): Promise<{ authenticator: Authenticator; id: string; cookie: string }> {
    const authenticator = new Authenticator();
    const options = dataOf(await this.host.putJson(`${webauthn}/credential/register`, {}, { cookie }));
    const body = { response: authenticator.create(options), description: "Key" };
    const added = await this.host.postJson(`${webauthn}/credential/register`, body, { cookie });
    const listed = dataOf(await this.host.get(`${webauthn}/credentials`, { cookie: cookieOf(added) }));
    return { authenticator, id: listed.at(-1).id, cookie: cookieOf(added) };
  }

  async raisedByApp(app: App): Promise<string> {
    this.#time.advance(30);
    const body = { token: app.code(this.#time.clock()) };
    return cookieOf(await this.host.postJson("/api/secondfactor/totp", body, { cookie: await logIn(this.host) }));
  }

  async raisedByRecoveryCode(token: string): Promise<string> {
    const cookie = await logIn(this.host);
    return cookieOf(await this.host.postJson("/api/secondfactor/recovery", { token }, { cookie }));
  }

  async raisedByPasskey(authenticator: Authenticator): Promise<string> {
    const cookie = await logIn(this.host);
    const options = dataOf(await this.host.postJson(`${webauthn}/options`, {}, { cookie }));
    return cookieOf(await this.host.postJson(webauthn, { response: authenticator.get(options) }, { cookie }));
  }

  async recoveryCodes(cookie: string): Promise<readonly string[]> {
    return dataOf(await this.host.putJson("/api/secondfactor/recovery", {}, { cookie })).codes;
  }

  /** 0 where the session has ended. */
  async level(cookie: string): Promise<number> {
    return dataOf(await this.host.get("/api/state", { cookie })).authentication_level;
  }

  async levels(...cookies: readonly string[]): Promise<readonly number[]> {
    return Promise.all(cookies.map((cookie) => this.level(cookie)));
  }
}

function dataOf({ status, body }: Answer) {
  if (status !== 200) throw new Error(`${status} ${body}`);
  return JSON.parse(body).data;
}

function tests(config: () => Promise<string>): void {
  test("an app: whoever was raised by it is out, whoever takes it away falls to level 1", async () => {
    const browsers = await Browsers.start(await config());
    const { app, cookie } = await browsers.withNewApp();
    const other = await browsers.raisedByApp(app);
    const byPassword = await logIn(browsers.host);
    const removed = await browsers.host.delete("/api/secondfactor/totp", { cookie });
    expect(removed.status).toBe(200);
    const own = cookieOf(removed);
    expect(payloadOf(own)).toMatchObject({ level: 1, amr: ["pwd"] });
    expect(await browsers.levels(cookie, other, own, byPassword)).toEqual([0, 0, 1, 1]);
  });

  test("by the page too, and with the last factor what recovery codes raised", async () => {
    const browsers = await Browsers.start(await config());
    const { cookie } = await browsers.withNewApp();
    const [code] = await browsers.recoveryCodes(cookie);
    const other = await browsers.raisedByRecoveryCode(code!);
    const removed = await browsers.host.submit("/account/totp/remove", {}, { cookie });
    expect([removed.status, removed.headers.location]).toEqual([303, "/account"]);
    expect(await browsers.levels(cookie, other, cookieOf(removed))).toEqual([0, 0, 1]);
  });

  test("one of two kinds: what the other raised stays", async () => {
    const browsers = await Browsers.start(await config());
    const { app, cookie: first } = await browsers.withNewApp();
    const { authenticator, id, cookie: own } = await browsers.withNewPasskey(first);
    const byApp = await browsers.raisedByApp(app);
    const byPasskey = await browsers.raisedByPasskey(authenticator);
    const removed = await browsers.host.delete("/api/secondfactor/totp", { cookie: own });
    expect(payloadOf(cookieOf(removed))).toMatchObject({ level: 2, amr: ["pwd", "mfa", "hwk", "user"] });
    expect(await browsers.levels(byApp, byPasskey, own, cookieOf(removed))).toEqual([0, 2, 0, 2]);

    const last = await browsers.host.delete(`${webauthn}/credential/${id}`, { cookie: byPasskey });
    expect(payloadOf(cookieOf(last))).toMatchObject({ level: 1, amr: ["pwd"] });
    expect(await browsers.levels(byPasskey, cookieOf(removed), cookieOf(last))).toEqual([0, 0, 1]);
  });

  test("an app that another one replaces", async () => {
    const browsers = await Browsers.start(await config());
    const { app, cookie } = await browsers.withNewApp();
    const other = await browsers.raisedByApp(app);
    const { cookie: own } = await browsers.withNewApp(cookie);
    expect(await browsers.levels(cookie, other, own)).toEqual([0, 0, 2]);
  });

  test("recovery codes that new ones replace, where one had been used", async () => {
    const browsers = await Browsers.start(await config());
    const { cookie } = await browsers.withNewApp();
    const [code] = await browsers.recoveryCodes(cookie);
    const other = await browsers.raisedByRecoveryCode(code!);
    await browsers.recoveryCodes(cookie);
    expect(await browsers.levels(cookie, other)).toEqual([2, 0]);
  });
}

describe("what a removed second factor raised ends, on SQLite", () => {
  tests(async () => configText);

  test("also while a session is just being raised by it", async () => {
    const browsers = await Browsers.start(configText);
    const { app } = await browsers.withNewApp();
    const store = SessionStore.prototype;
    const replaceSession = store.replaceSession;
    const spy = vi.spyOn(store, "replaceSession").mockImplementation(async function (this: SessionStore, ...session) {
      await fromOutside(browsers.host, ({ totp }) => totp.remove("alice"));
      return replaceSession.apply(this, session);
    });
    onTestFinished(() => spy.mockRestore());
    await expect(browsers.raisedByApp(app)).rejects.toThrow("no cookie was set: 401");
    expect(spy).toHaveBeenCalledOnce();
    const { payload } = await fetchBundle(browsers.host, await mint(browsers.host));
    expect(payload.revoked_sessions).toContain(spy.mock.calls[0]![1].sid);
  });

  test.each(["an app that another one replaces", "recovery codes that new ones replace"])(
    "also while a session is just being raised by it: %s",
    async (what) => {
      const browsers = await Browsers.start(configText);
      const { app, cookie } = await browsers.withNewApp();
      const [code] = await browsers.recoveryCodes(cookie);
      const store = SessionStore.prototype;
      const replaceSession = store.replaceSession;
      const spy = vi.spyOn(store, "replaceSession").mockImplementationOnce(async function (
        this: SessionStore,
        ...session
      ) {
        // The other browser does it in this very moment.
        spy.mockImplementation(replaceSession);
        if (what.startsWith("an app")) await browsers.withNewApp(cookie);
        else await browsers.recoveryCodes(cookie);
        return replaceSession.apply(this, session);
      });
      onTestFinished(() => spy.mockRestore());
      browsers.tick();
      const raised = what.startsWith("an app") ? browsers.raisedByApp(app) : browsers.raisedByRecoveryCode(code!);
      await expect(raised).rejects.toThrow("no cookie was set: 401");
    },
  );

  test("also while a session is just being raised by it: one of two passkeys of a kind", async () => {
    const browsers = await Browsers.start(configText);
    const lost = await browsers.withNewPasskey(await logIn(browsers.host));
    const { cookie } = await browsers.withNewPasskey(lost.cookie);
    const store = SessionStore.prototype;
    const replaceSession = store.replaceSession;
    const spy = vi.spyOn(store, "replaceSession").mockImplementationOnce(async function (
      this: SessionStore,
      ...session
    ) {
      spy.mockImplementation(replaceSession);
      await browsers.host.delete(`${webauthn}/credential/${lost.id}`, { cookie });
      return replaceSession.apply(this, session);
    });
    onTestFinished(() => spy.mockRestore());
    await expect(browsers.raisedByPasskey(lost.authenticator)).rejects.toThrow("no cookie was set: 401");
  });

  test("also while a login by passkey opens one", async () => {
    const browsers = await Browsers.start(configText);
    const { authenticator, id } = await browsers.withNewPasskey(await logIn(browsers.host));
    const asked = await browsers.host.postJson("/api/firstfactor/passkey/options", {});
    const response = authenticator.get(dataOf(asked));
    const store = SessionStore.prototype;
    const addSession = store.addSession;
    const spy = vi.spyOn(store, "addSession").mockImplementation(async function (this: SessionStore, ...session) {
      await fromOutside(browsers.host, ({ passkeys }) => passkeys.remove("alice", id));
      return addSession.apply(this, session);
    });
    onTestFinished(() => spy.mockRestore());
    const answer = await browsers.host.postJson("/api/firstfactor/passkey", { response }, { cookie: cookieOf(asked) });
    expect([answer.status, answer.headers["set-cookie"]]).toEqual([503, undefined]);
    const { payload } = await fetchBundle(browsers.host, await mint(browsers.host));
    expect(payload.revoked_sessions).toContain(spy.mock.calls[0]![0].sid);
  });

  test("gates are told at once", async () => {
    const browsers = await Browsers.start(configText);
    const { app, cookie } = await browsers.withNewApp();
    const other = await browsers.raisedByApp(app);
    await browsers.host.delete("/api/secondfactor/totp", { cookie });
    const { payload } = await fetchBundle(browsers.host, await mint(browsers.host));
    expect(payload.revoked_sessions).toEqual(expect.arrayContaining([cookie, other].map((one) => payloadOf(one).sid)));
  });
});

describeWith(postgresProgram, "what a removed second factor raised ends, on PostgreSQL", () => {
  tests(async () => {
    const server = await startPostgres();
    onTestFinished(() => server.end());
    const { port, database, username } = await server.createDatabase();
    const postgres = `postgres: { address: 127.0.0.1:${port}, database: ${database}, username: ${username}, tls: { disable: true } }`;
    return configText.replace("local:\n    path: db.sqlite3", postgres);
  });
});

describeWith(await envoy(), "behind a real Envoy", (program) => {
  test("nobody is let in any more with what a removed app had raised", async () => {
    await using stack = await Stack.start({ envoy: program, configureHost: (config) => delete config.notifier });
    const ask = async (method: string, path: string, cookie: string, body: object = {}) => {
      const headers = [
        ["cookie", cookie],
        ["content-type", "application/json"],
      ] as const;
      const question: Question = { method, headers, body: JSON.stringify(body) };
      return stack.client.get(stack.url("auth", path), question);
    };
    const sessionOf = ({ status, cookies: [cookie], body }: Awaited<ReturnType<typeof ask>>) => {
      if (!cookie) throw new Error(`no cookie: ${status} ${body}`);
      return cookie.split(";")[0]!;
    };
    const first = await logInThrough(stack, "alice");
    const begun = await ask("PUT", "/api/secondfactor/totp/register", first);
    const app = new App(JSON.parse(begun.body).data.base32_secret);
    const now = Math.floor(Date.now() / 1000);
    const own = sessionOf(await ask("POST", "/api/secondfactor/totp/register", first, { token: app.code(now) }));
    const second = await logInThrough(stack, "alice");
    // The next step's code is accepted early, as from a device whose clock is ahead.
    const thief = sessionOf(await ask("POST", "/api/secondfactor/totp", second, { token: app.code(now + 30) }));
    const admin = async (cookie: string) =>
      (await stack.client.get(stack.url("admin"), { headers: [["cookie", cookie]] })).status;
    await vi.waitFor(async () => expect(await admin(thief)).toBe(200), { timeout: 20_000 });

    expect((await ask("DELETE", "/api/secondfactor/totp", own)).status).toBe(200);
    for (const cookie of [thief, own])
      await vi.waitFor(async () => expect(await admin(cookie)).not.toBe(200), { timeout: 20_000 });
  });
});
