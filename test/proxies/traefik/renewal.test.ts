// The plugin in real Traefik: sessions that are in use go on, for scripts and WebSockets as well, and end at once where they end.
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request as https } from "node:https";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { residentBytes } from "../../../bench/measure/memory.ts";
import { loadConfig } from "../../../host/app/config/load.ts";
import { startService } from "../../../host/app/service.ts";
import { systemClock } from "../../../host/kit/clock.ts";
import { createLog } from "../../../host/kit/log.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn, logInBound, logOut } from "../../../workshop/clients/portal-login.ts";
import { WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import { usersFile } from "../../../workshop/host/users.ts";
import { describeWith, traefik } from "../../../workshop/programs/needed.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { traefikPlugin } from "../../../workshop/proxies/kinds.ts";
import { seenBy } from "../../../workshop/proxies/stack.ts";

const script: HeaderLines = [["sec-fetch-mode", "cors"]];
const page: HeaderLines = [["sec-fetch-mode", "navigate"]];
const patience = { timeout: 20_000, interval: 50 };
const program = await traefik();

const asking =
  (stack: () => ForwardAuthStack) =>
  (cookie: string, headers: HeaderLines = script) =>
    stack().client.get(stack().url("app"), { headers: [["cookie", cookie], ...headers] });
const logOf = ({ folder }: ForwardAuthStack, name = "traefik plugin") =>
  readFileSync(join(folder, `${name}.log`), "utf8");

describeWith(program, "a session in use", (path) => {
  let stack: ForwardAuthStack;
  const ask = asking(() => stack);
  const folder = (name: string) => readdirSync(join(stack.folder, "bundle", "renewals", name));

  /** Has scripts ask with this cookie, or the new ones that come, for so long, and returns the statuses and the last cookie. */
  async function use(first: string, milliseconds: number) {
    const statuses = new Set<number>();
    const leases = new Set([first]);
    let cookie = first;
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      for (const answer of await Promise.all(Array.from({ length: 8 }, () => ask(cookie)))) {
        statuses.add(answer.status);
        for (const line of answer.cookies) {
          expect(line).toMatch(/^zerohop_session=[^;]+; .*HttpOnly/);
          cookie = line.split(";")[0]!;
          leases.add(cookie);
        }
      }
      await sleep(50);
    }
    return { statuses, leases, cookie };
  }

  /** Waits until a cookie is refused, by an instance and then by all: each looks at the bundle file again after 50 ms. */
  async function isRefused(cookie: string): Promise<void> {
    await vi.waitFor(async () => expect((await ask(cookie)).status).toBe(401), patience);
    await sleep(100);
  }

  // Leases of two seconds.
  beforeAll(async () => {
    stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 10 }, path);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("goes on for scripts and WebSockets over many leases, on all instances, and its browser gets the new ones", async () => {
    const first = await logIn(stack, "alice");
    const url = stack.url("app", "/socket");
    await using socket = await WebSocketConnection.open({ ca: stack.ca, url, headers: [["cookie", first]] });
    const { statuses, leases, cookie } = await use(first, 9000);
    expect(statuses).toEqual(new Set([200]));
    expect(leases.size).toBeGreaterThan(4);
    expect(await socket.exchange("a")).toBe("a");
    // Also for whoever still sends the first token: no browser forgets its answer's cookie, but a program may.
    expect((await ask(first)).status).toBe(200);
    expect((await ask(first, page)).status).toBe(200);
    await using another = await WebSocketConnection.open({ ca: stack.ca, url, headers: [["cookie", first]] });
    expect(another.status).toBe(101);
    await vi.waitFor(() => expect(folder("asked")).toEqual([]), patience);
    expect(logOf(stack)).not.toMatch(/renewals/);

    await logOut(stack, cookie);
    await isRefused(cookie);
    expect((await ask(first)).status).toBe(401);
    await using refused = await WebSocketConnection.open({ ca: stack.ca, url, headers: [["cookie", cookie]] });
    expect(refused.status).toBe(401);
    // Nothing that was laid down for it brings it back.
    const { statuses: after } = await use(cookie, 3000);
    expect(after).toEqual(new Set([401]));
  });

  // These two side by side: they wait most of the time.
  test.concurrent("of a user who is disabled, or whom an operator logs out, is refused on all instances", async () => {
    const bob = (await use(await logIn(stack, "bob"), 2500)).cookie;
    await stack.command(["session", "revoke", "--user", "bob"]);
    await isRefused(bob);
    expect((await use(bob, 500)).statuses).toEqual(new Set([401]));
    const again = (await use(await logIn(stack, "bob"), 2500)).cookie;
    await stack.command(["user", "disable", "bob"]);
    await isRefused(again);
    expect((await use(again, 500)).statuses).toEqual(new Set([401]));
  });

  test.concurrent("that nobody used for as long as the inactivity limit is over", async () => {
    const idle = await logIn(stack, "alice");
    expect((await use(idle, 2500)).statuses).toEqual(new Set([200]));
    await sleep(14_000);
    const statuses = [];
    for (let i = 0; i < 10; i++) statuses.push((await ask(idle)).status, await sleep(50));
    expect(statuses.filter((status) => status !== undefined)).toEqual(Array(10).fill(401));
  });
});

// Side by side, each with a site of its own: they wait most of the time.
describeWith(program, "the host", (path) => {
  test.concurrent("may be away: sessions are believed within the outage grace, and go on when it is back; the log says so once", async () => {
    await using stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 10 }, path);
    const ask = asking(() => stack);
    const cookie = await logIn(stack, "alice");
    await stack.host.stop();
    // Five leases.
    const statuses = new Set<number>();
    const end = performance.now() + 10_000;
    while (performance.now() < end) statuses.add((await ask(cookie)).status);
    expect(statuses).toEqual(new Set([200]));
    expect((await ask(cookie, page)).status).toBe(200);
    expect(logOf(stack)).toContain("nobody answers there");
    expect(logOf(stack, "bundle-watch").match(/no session is renewed/g)).toHaveLength(1);
    stack.startHost();
    await stack.hostListens();
    await vi.waitFor(async () => expect((await ask(cookie)).cookies).toHaveLength(1), patience);
  });

  test.concurrent.for([
    [20, "minutes ahead of this machine's"],
    [-20, "minutes behind this machine's"],
  ] as const)(
    "whose clock is %i minutes ahead keeps nobody out and is named once",
    async ([minutes, said], { onTestFinished }) => {
      await using stack = await ForwardAuthStack.start(traefikPlugin, path, {
        configureHost: (config) => delete config.session.inactivity,
      });
      const ask = asking(() => stack);
      await stack.host.stop();
      // What that host has signed is of this machine's time.
      rmSync(join(stack.folder, "bundle", "bundle.jws"));
      const silent = createLog("error", { write: () => {} });
      const clock = () => systemClock() + minutes * 60;
      const host = await startService(loadConfig(stack.hostConfig, {}), silent, clock);
      onTestFinished(() => host.stop());
      const watch = () => logOf(stack, "bundle-watch");
      await vi.waitFor(() => expect(watch()).toContain(said), patience);
      // The instances look at the bundle file again after 50 ms.
      await sleep(100);
      expect((await stack.client.get(stack.url("public"))).status).toBe(200);
      let { session, binding } = await logInBound(stack, "alice");
      // As a browser goes: to the portal and back, with what cookies it is given.
      const visited: number[] = [];
      let url = stack.url("app");
      const jar = new Map<string, string>();
      while (visited.length < 20) {
        const own = url.startsWith(stack.url("auth")) ? [binding] : [...jar].map(([name, value]) => `${name}=${value}`);
        const answer = await stack.client.get(url, { headers: [["cookie", [session, ...own].join("; ")], ...page] });
        visited.push(answer.status);
        for (const line of answer.cookies) {
          const [pair = ""] = line.split(";");
          if (pair.startsWith("zerohop_session=")) session = pair;
          else jar.set(...(pair.split("=") as [string, string]));
        }
        const location = answer.header("location");
        if (location === undefined) break;
        url = location;
      }
      expect(visited.at(-1)).toBe(200);
      expect(visited).not.toContain(503);
      const end = performance.now() + 2000;
      while (performance.now() < end) expect((await ask(session)).status).toBe(200);
      expect(watch().match(/the host's clock/g)).toHaveLength(1);
      await logOut(stack, session);
      await vi.waitFor(async () => expect((await ask(session)).status).toBe(401), patience);
    },
  );
});

describeWith(program, "through the plugin", (path) => {
  let stack: ForwardAuthStack;
  let cookie: string;
  const groups = Array.from({ length: 100 }, (_, i) => `team-${String(i).padStart(3, "0")}-of-the-site`);

  beforeAll(async () => {
    stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 600 }, path, {
      configureHost(config) {
        config.access_control.rules.unshift({
          domain: "app.zerohop.localhost",
          policy: "one_factor",
          subject: "group:team-099-of-the-site",
        });
      },
      users: await usersFile({ alice: { displayname: "Alice", groups } }),
    });
    cookie = await logIn(stack, "alice");
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("somebody in 100 groups is let in by the last of them, and the application is told of all", async () => {
    await vi.waitFor(async () => {
      const { headers } = seenBy(
        await stack.client.get(stack.url("app"), { headers: [["cookie", cookie], ...script] }),
      );
      expect(String(headers["remote-groups"]).split(",")).toEqual(groups);
    }, patience);
  });

  test.each([2, 200])("a body of %i MB reaches the application, and Traefik keeps none of it", async (megabytes) => {
    const before = residentBytes(stack.proxy.pid);
    const { status, bytes, peak } = await upload(megabytes);
    expect([status, bytes]).toEqual([200, megabytes * 1024 * 1024]);
    expect(peak - before).toBeLessThan(100 * 1024 * 1024);
  });

  /** Sends a body of so many megabytes, and returns what the application got of it, and the most memory that Traefik took meanwhile. */
  async function upload(megabytes: number) {
    const url = new URL(stack.url("app"));
    const request = https({
      ...{ host: "127.0.0.1", servername: url.hostname, port: url.port, ca: stack.ca, agent: false, method: "POST" },
      headers: { host: url.host, cookie, "sec-fetch-mode": "cors", "content-type": "application/octet-stream" },
    });
    let peak = 0;
    const chunk = Buffer.alloc(1024 * 1024, "a");
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < megabytes; i++) {
          peak = Math.max(peak, residentBytes(stack.proxy.pid));
          yield chunk;
        }
      })(),
    );
    const [response] = (await Promise.all([once(request, "response"), pipeline(body, request)]))[0] as [
      IncomingMessage,
    ];
    return { status: response.statusCode, bytes: JSON.parse(await text(response)).bytes, peak };
  }
});
