// The life of a lease with the real host behind a real Envoy: renewed while requests go on, waited for after a pause,
// stretched while the host is away. With an inactivity limit of 20 s a lease is 4 s long.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";
import { readHostCalls } from "../../../bench/life/host-calls.ts";
import type { Answer, HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const lease = 4;
const cookieName = "zerohop_session";

/** A browser that keeps the session's cookie as it is renewed. */
class Browser {
  readonly #stack: Stack;
  #cookie: string;
  /** How often the cookie was renewed. */
  renewals = 0;

  constructor(stack: Stack, cookie: string) {
    this.#stack = stack;
    this.#cookie = cookie;
  }

  async get(): Promise<Answer> {
    const headers: HeaderLines = [
      ["accept", "text/html"],
      ["cookie", this.#cookie],
    ];
    const answer = await this.#stack.client.get(this.#stack.url("app"), { headers });
    const [renewed] = answer.cookies.filter((cookie) => cookie.startsWith(`${cookieName}=`));
    if (renewed) {
      this.#cookie = renewed.split(";")[0]!;
      this.renewals++;
    }
    return answer;
  }

  /** Asks four times a second for a time, and returns the different statuses. */
  async browse(seconds: number): Promise<readonly number[]> {
    const statuses = new Set<number>();
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      const next = sleep(250);
      statuses.add((await this.get()).status);
      await next;
    }
    return [...statuses];
  }
}

/** An application that sets two cookies of its own with each answer. */
class CookieBackend implements AsyncDisposable {
  readonly #server: Server = createServer((_, response) => {
    response.setHeader("set-cookie", ["a=1; Path=/", "b=2; Path=/"]).end("ok");
  });

  static listen(): Promise<CookieBackend> {
    const backend = new CookieBackend();
    return new Promise((resolve) => backend.#server.listen(0, "127.0.0.1", () => resolve(backend)));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A site whose application sets cookies, with leases as all tests here have them. */
class LeaseSite implements AsyncDisposable {
  readonly stack: Stack;
  readonly #backend: CookieBackend;

  private constructor(stack: Stack, backend: CookieBackend) {
    [this.stack, this.#backend] = [stack, backend];
  }

  static async start(envoy: string, session: object = {}): Promise<LeaseSite> {
    const backend = await CookieBackend.listen();
    const stack = await Stack.start({
      ...{ envoy, application: backend.port },
      configureHost: (config) => {
        config.log = { level: "debug" };
        config.session = { ...config.session, inactivity: "20s", ...session };
      },
    });
    return new LeaseSite(stack, backend);
  }

  renewCalls() {
    return readHostCalls([join(this.stack.folder, "host.log")]).filter(({ path }) => path === "/api/edge/renew");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
    await this.#backend[Symbol.asyncDispose]();
  }
}

// Side by side, each with a site of its own: they wait for leases to run out, most of the time.
describeWith(await envoy(), "a lease in Envoy", (path) => {
  test.concurrent("is renewed while requests go on, seldom, and beside the backend's own cookies", async ({
    expect,
  }) => {
    await using site = await LeaseSite.start(path);
    const { stack } = site;
    const browsers = [new Browser(stack, await stack.login("alice")), new Browser(stack, await stack.login("bob"))];
    const seconds = 15;
    const before = site.renewCalls().length;
    const statuses = await Promise.all(browsers.map((browser) => browser.browse(seconds)));
    expect(statuses).toEqual([[200], [200]]);
    for (const { renewals } of browsers) {
      expect(renewals).toBeGreaterThanOrEqual(Math.floor(seconds / lease));
      expect(renewals).toBeLessThanOrEqual(Math.ceil(seconds / (lease / 2)));
    }
    const halfLeases = seconds / (lease / 2);
    expect(site.renewCalls().length - before).toBeLessThanOrEqual(1.2 * browsers.length * halfLeases);
    expect([...new Set(site.renewCalls().map(({ status }) => status))]).toEqual([204]);

    // The application's cookies are there with the renewed one and without it.
    for (let seen = browsers[0]!.renewals; browsers[0]!.renewals === seen; ) {
      const { cookies } = await browsers[0]!.get();
      expect(cookies.slice(0, 2)).toEqual(["a=1; Path=/", "b=2; Path=/"]);
      expect(cookies).toHaveLength(browsers[0]!.renewals === seen ? 2 : 3);
      await sleep(100);
    }
  });

  test.concurrent("that ran out in a pause is renewed before the request goes on", async ({ expect }) => {
    await using site = await LeaseSite.start(path);
    const { stack } = site;
    const browser = new Browser(stack, await stack.login("bob"));
    for (let pause = 1; pause <= 3; pause++) {
      await sleep((lease + 1.5) * 1000);
      expect((await browser.get()).status).toBe(200);
      expect(browser.renewals).toBe(pause);
    }
    // Longer than the inactivity limit: the session is over.
    await sleep(26_000);
    const answer = await browser.get();
    expect(answer.status).toBe(302);
    expect(answer.header("location")).toMatch(/^https:\/\/auth\./);
  });

  test.concurrent("is stretched while the host is dead, and renewed without a login when it is back", async ({
    expect,
  }) => {
    await using site = await LeaseSite.start(path);
    const { stack } = site;
    const browser = new Browser(stack, await stack.login("bob"));
    expect(await browser.browse(1)).toEqual([200]);
    await stack.host.stop("SIGKILL");
    const beforeOutage = browser.renewals;
    expect(await browser.browse(3 * lease)).toEqual([200]);
    // Nobody without a session profits.
    expect((await new Browser(stack, "theme=dark").get()).status).toBe(302);
    expect(browser.renewals).toBeLessThanOrEqual(beforeOutage + 1);

    const renewed = browser.renewals;
    stack.startHost();
    await stack.hostListens();
    expect(await browser.browse(3 * lease)).toEqual([200]);
    expect(browser.renewals).toBeGreaterThan(renewed);
  });

  test.concurrent("without an outage grace ends in a 503 page while the host is dead, and goes on when it is back", async ({
    expect,
  }) => {
    await using site = await LeaseSite.start(path, { outage_grace: "0s" });
    const { stack } = site;
    const browser = new Browser(stack, await stack.login("bob"));
    expect((await browser.get()).status).toBe(200);
    await stack.host.stop("SIGKILL");
    await sleep((lease + 0.5) * 1000);
    const answer = await browser.get();
    expect(answer.status).toBe(503);
    expect(answer.header("content-type")).toContain("text/html");
    expect(answer.header("location")).toBeUndefined();
    expect(answer.cookies).toEqual([]);

    stack.startHost();
    await expect.poll(async () => (await browser.get()).status).toBe(200);
  });
});
