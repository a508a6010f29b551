// The plugin in real Traefik over time: logouts, leases, a host that is away, bundles that change, and many at once.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { residentBytes } from "../../../bench/measure/memory.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn, logInBound, logOut } from "../../../workshop/clients/portal-login.ts";
import { WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import { startBundleWatch } from "../../../workshop/host/program.ts";
import { describeWith, traefik } from "../../../workshop/programs/needed.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { traefikPlugin } from "../../../workshop/proxies/kinds.ts";
import type { PreparedSite } from "../../../workshop/proxies/proxy-kind.ts";
import { seenBy } from "../../../workshop/proxies/stack.ts";

const page = ["accept", "text/html"] as const;
const program = await traefik();

function cookie(value: string): HeaderLines {
  return [["cookie", value]];
}

describeWith(program, "a session", (path) => {
  let stack: ForwardAuthStack;
  const status = async (value: string, headers: HeaderLines = []) =>
    (await stack.client.get(stack.url("app"), { headers: [...cookie(value), ...headers] })).status;

  beforeAll(async () => {
    stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 600 }, path);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("that is logged out is nobody's within a second, on every instance", async () => {
    const session = await logIn(stack, "alice", true);
    const all = () => Promise.all(Array.from({ length: 20 }, () => status(session)));
    expect(new Set(await all())).toEqual(new Set([200]));
    await logOut(stack, session);
    const loggedOut = performance.now();
    await vi.waitFor(async () => expect(await status(session)).toBe(401), { timeout: 20_000, interval: 5 });
    const delay = performance.now() - loggedOut;
    console.log(`a logout was in force after ${delay.toFixed(0)} ms`);
    expect(delay).toBeLessThan(1000);
    await sleep(100);
    expect(new Set(await all())).toEqual(new Set([401]));
  });

  test("is never another's, with many at once", async () => {
    const [alice, bob] = [await logIn(stack, "alice", true), await logIn(stack, "bob", true)];
    const names = Array.from({ length: 200 }, (_, i) => (i % 2 ? "alice" : "bob"));
    const seen = await Promise.all(
      names.map(async (name) => {
        const headers = cookie(name === "alice" ? alice : bob);
        return seenBy(await stack.client.get(stack.url("app"), { headers })).headers["remote-user"];
      }),
    );
    expect(seen).toEqual(names);
  });

  test("keeps its WebSocket at a logout, and gets no new one", async () => {
    const session = await logIn(stack, "alice", true);
    const url = stack.url("app", "/socket");
    await using socket = await WebSocketConnection.open({ ca: stack.ca, url, headers: cookie(session) });
    expect(await socket.exchange("a")).toBe("a");
    await logOut(stack, session);
    await vi.waitFor(async () => expect(await status(session)).toBe(401), { timeout: 20_000, interval: 20 });
    // Other instances look at the bundle file again after 50 ms.
    await sleep(100);
    expect(await socket.exchange("b")).toBe("b");
    await using refused = await WebSocketConnection.open({ ca: stack.ca, url, headers: cookie(session) });
    expect(refused.status).toBe(401);
  });

  test("lives on while the host and the watch are away, and a file that is not theirs changes nothing", async () => {
    const session = await logIn(stack, "alice", true);
    const file = join(stack.folder, "bundle", "bundle.jws");
    const mine = readFileSync(file, "utf8");
    await stack.beside!.stop();
    for (const text of ["", "rubbish", `${mine.trim().slice(0, -8)}AAAAAAAA`]) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
      await sleep(100);
      expect(await status(session)).toBe(200);
      expect(await status("zerohop_session=x")).toBe(401);
    }
    rmSync(file);
    await sleep(100);
    expect(await status(session)).toBe(200);
    const log = readFileSync(join(stack.folder, "traefik plugin.log"), "utf8");
    expect(log).toContain("not signed by a root key");
    expect(log).toContain("can't be found");

    const watch = startBundleWatch(
      join(stack.folder, "zerohop-gate.json"),
      ...([file, `http://127.0.0.1:${hostPort(stack)}`, join(stack.folder, "watch-2.log")] as const),
    );
    stack.stopLater(watch);
    await logOut(stack, session);
    await vi.waitFor(async () => expect(await status(session)).toBe(401), { timeout: 20_000, interval: 50 });
  });
});

function hostPort({ folder }: ForwardAuthStack): string {
  return /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(join(folder, "zerohop.yml"), "utf8"))![1]!;
}

describeWith(program, "a lease that has run out, without a folder for renewals", (path) => {
  const replace: typeof traefikPlugin.replace = (places) => [
    ...traefikPlugin.replace(places),
    ["          renewals: /renewals\n", ""],
  ];
  let stack: ForwardAuthStack;
  let session: string;
  let binding: string;

  // Leases of two seconds.
  beforeAll(async () => {
    stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 10, replace }, path);
    ({ session, binding } = await logInBound(stack, "alice", true));
    await sleep(3000);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("takes a browser through the portal and back to where it was, without a page and without a circle", async () => {
    const jar = new Map([session.split("=") as [string, string]]);
    const before = jar.get("zerohop_session");
    let url = stack.url("app", "/a/b?c=d%20e");
    const visited: string[] = [];
    for (;;) {
      // That of the portal's own host goes to nobody else.
      const own = url.startsWith(stack.url("auth")) ? [binding] : [];
      const cookies = [...own, ...[...jar].map(([name, value]) => `${name}=${value}`)].join("; ");
      const headers = [page, ["cookie", cookies]] as const;
      const answer = await stack.client.get(url, { headers });
      visited.push(`${answer.status} ${new URL(url).hostname}`);
      for (const line of answer.cookies) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.set(name, value);
      }
      const location = answer.header("location");
      if (location === undefined || visited.length > 5) break;
      url = location;
    }
    expect(visited).toEqual(["302 app.zerohop.localhost", "302 auth.zerohop.localhost", "200 app.zerohop.localhost"]);
    expect(url).toBe(stack.url("app", "/a/b?c=d%20e"));
    expect(jar.get("zerohop_session")).not.toBe(before);
  });

  test("is believed for a form, then asked to be sent again, and is 401 to a script", async () => {
    const fresh = await logIn(stack, "alice", true);
    const post = async (headers: HeaderLines) =>
      (await stack.client.get(stack.url("app"), { method: "POST", headers: [...cookie(fresh), ...headers], body: "a" }))
        .status;
    await sleep(3000);
    expect([await post([page]), await post([]), await post([page, ["X-Requested-With", "XMLHttpRequest"]])]).toEqual([
      200, 401, 401,
    ]);
    await sleep(8500);
    expect(await post([page])).toBe(401);
  });
});

describeWith(program, "a plugin", (path) => {
  const { prepare, replace } = traefikPlugin;

  test("takes its bundle from the dynamic configuration as an object, whose numbers and empty lists Traefik hands on as texts", async () => {
    const inline = (site: PreparedSite) => {
      const [, payload = ""] = readFileSync(join(site.folder, "bundle", "bundle.jws"), "utf8").split(".");
      return Buffer.from(payload, "base64url").toString();
    };
    await using stack = await ForwardAuthStack.start(
      {
        ...traefikPlugin,
        inactivity: 600,
        async prepare(site) {
          const prepared = await prepare!(site);
          const object = inline(site);
          expect(JSON.parse(object)).toMatchObject({ version: expect.any(Number), revoked_sessions: [] });
          return {
            ...prepared,
            replace: [...prepared.replace, ["bundle_file: /zerohop/bundle.jws", `bundle: ${object}`]],
          };
        },
      },
      path,
    );
    const ask = (name: string, headers: HeaderLines = []) => stack.client.get(stack.url(name), { headers });
    expect((await ask("public")).status).toBe(200);
    expect((await ask("app")).status).toBe(401);
    const session = await logIn(stack, "alice", true);
    expect((await ask("app", cookie(session))).status).toBe(200);
  });

  test("takes its bundle from the dynamic configuration too, and follows that when it is written anew", async () => {
    // The file in the mount is there to be copied from.
    let configured = "";
    await using stack = await ForwardAuthStack.start(
      {
        ...traefikPlugin,
        inactivity: 600,
        async prepare(site) {
          const prepared = await prepare!(site);
          configured = readFileSync(join(site.folder, "bundle", "bundle.jws"), "utf8").trim();
          return {
            ...prepared,
            replace: [...prepared.replace, ["bundle_file: /zerohop/bundle.jws", `bundle: ${configured}`]],
          };
        },
      },
      path,
    );
    const session = await logIn(stack, "alice", true);
    const status = async () => (await stack.client.get(stack.url("app"), { headers: cookie(session) })).status;
    expect(await status()).toBe(200);
    await logOut(stack, session);
    const file = join(stack.folder, "bundle", "bundle.jws");
    await vi.waitUntil(() => readFileSync(file, "utf8").trim() !== configured, { timeout: 20_000 });
    expect(await status()).toBe(200);
    const dynamic = join(stack.folder, "dynamic.yml");
    writeFileSync(
      `${dynamic}.new`,
      readFileSync(dynamic, "utf8").replace(configured, readFileSync(file, "utf8").trim()),
    );
    renameSync(`${dynamic}.new`, dynamic);
    const written = performance.now();
    await vi.waitFor(async () => expect(await status()).toBe(401), { timeout: 20_000, interval: 50 });
    console.log(
      `a bundle in the dynamic configuration was in force after ${(performance.now() - written).toFixed(0)} ms`,
    );
  });

  test.each([
    [
      "whose configuration is wrong",
      [["bundle_file: /zerohop/bundle.jws", "bundle_fiel: x"]],
      "unknown key bundle_fiel",
    ],
    ["without a mount", [["mounts: [", "mounts: [] #"]], "no folder is mounted there"],
    ["with another root key", [["x: ", "x: AAAA # "]], "root_keys: must be a list"],
  ] as const)("%s lets nobody in, and says why in Traefik's log", async (_name, changed, complaint) => {
    const started = ForwardAuthStack.start(
      { ...traefikPlugin, replace: (places) => [...replace(places), ...changed], opens: false },
      path,
    );
    await using stack = await started;
    await vi.waitFor(async () => expect((await stack.client.get(stack.url("public"))).status).toBe(503), {
      timeout: 20_000,
      interval: 100,
    });
    const session = await logIn(stack, "alice", true);
    expect((await stack.client.get(stack.url("app"), { headers: cookie(session) })).status).toBe(503);
    expect(readFileSync(join(stack.folder, "traefik plugin.log"), "utf8")).toContain(complaint);
  });

  describe("under many open WebSockets", () => {
    test("takes less than a megabyte for each, and gives it to the next ones", async () => {
      await using stack = await ForwardAuthStack.start({ ...traefikPlugin, inactivity: 600 }, path);
      const session = await logIn(stack, "alice", true);
      const before = residentBytes(stack.proxy.pid);
      const url = stack.url("app", "/socket");
      const open = () => WebSocketConnection.open({ ca: stack.ca, url, headers: cookie(session) });
      const count = 200;
      const taken: number[] = [];
      for (let round = 0; round < 8; round++) {
        const sockets = await Promise.all(Array.from({ length: count }, open));
        expect(sockets.map(({ status }) => status)).toEqual(Array(count).fill(101));
        taken.push((residentBytes(stack.proxy.pid) - before) / count / 1024);
        await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
      }
      console.log(`KiB for each of ${count} WebSockets: ${taken.map(Math.round).join(", ")}`);
      expect(taken[0]).toBeLessThan(1024);
      // What Traefik's pool lets go of is collected some rounds later.
      expect(taken.at(-1)).toBeLessThan(2048);
    });
  });
});
