// One visitor's trouble is not everybody's, with the gate in real Caddy: requests that make it trap, clients that are slow, huge, many or
// gone, a host that does not answer, and several directives in one Caddyfile.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { residentBytes } from "../../../bench/measure/memory.ts";
import { EventStream } from "../../../workshop/clients/event-stream.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn, logOut } from "../../../workshop/clients/portal-login.ts";
import { TlsConnection } from "../../../workshop/clients/tls-connection.ts";
import { WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import { describeWith, caddyModule as locate } from "../../../workshop/programs/needed.ts";
import type { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { until } from "../../../workshop/waiting.ts";
import { caddyfileOf, metricsOf, reload, startCaddy } from "./administered.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const hour = 3600;

describeWith(await locate(), "trouble in Caddy with the gate", (path) => {
  const gateFolder = mkdtempSync(join(tmpdir(), "zerohop-trap-"));
  let stack: ForwardAuthStack;

  const statusOf = async (name: string, ...headers: HeaderLines) =>
    (await stack.client.get(stack.url(name), { headers: [["accept", "text/html"], ...headers] })).status;
  const openSocket = (cookie: string) =>
    WebSocketConnection.open({ ca: stack.ca, url: stack.url("app", "/socket"), headers: [["cookie", cookie]] });
  const disposeAll = (all: readonly AsyncDisposable[]) => Promise.all(all.map((each) => each[Symbol.asyncDispose]()));

  /** Asks again and again while `act` goes on; the statuses that came, and the longest that one took. Milliseconds. */
  async function besides(cookie: string, act: () => Promise<unknown>) {
    const seen = { known: new Set<number>(), unknown: new Set<number>(), longest: 0, count: 0 };
    const acting = { goesOn: true };
    const ask = async (into: Set<number>, ...headers: HeaderLines) => {
      while (acting.goesOn || into.size === 0) {
        const began = performance.now();
        into.add(await statusOf("app", ...headers));
        seen.longest = Math.max(seen.longest, performance.now() - began);
        seen.count++;
      }
    };
    const asking = [ask(seen.known, ["cookie", cookie]), ask(seen.unknown)];
    await act().finally(() => {
      acting.goesOn = false;
    });
    await Promise.all(asking);
    return seen;
  }

  describe("a gate that traps over a request", () => {
    beforeAll(async () => {
      const gate = join(gateFolder, "gate.wasm");
      execFileSync(
        join(root, "node_modules", ".bin", "asc"),
        [
          join("test", "assembly", "proxy-wasm", "trapping-gate.ts"),
          ...["--target", "gate", "--outFile", gate, "--transform", join(root, "scripts", "text-literals.js")],
        ],
        { cwd: root },
      );
      // With one worker it is everybody's.
      stack = await startCaddy(path, { inactivity: hour, options: `gate ${gate}\n\t\tworkers 1` });
    });
    afterAll(async () => {
      await stack?.[Symbol.asyncDispose]();
      rmSync(gateFolder, { recursive: true });
    });

    test("answers 503 to that request alone; what is open stays open, and closes at its log-out", async () => {
      const [alice, bob] = [await logIn(stack, "alice", true), await logIn(stack, "bob", true)];
      const headers: HeaderLines = [["cookie", alice]];
      const open = [
        await openSocket(alice),
        await EventStream.open({ ca: stack.ca, url: stack.url("app", "/events"), headers }),
      ];
      const kept = await openSocket(bob);
      try {
        const seen = await besides(alice, async () => {
          for (let i = 0; i < 10; i++) expect(await statusOf("public", ["x-trap", "now"])).toBe(503);
        });
        expect([[...seen.known], [...seen.unknown]]).toEqual([[200], [302]]);
        expect(await (open[0] as WebSocketConnection).exchange("still here")).toBe("still here");
        await logOut(stack, alice);
        await Promise.all(open.map(({ closed }) => closed));
        expect(await kept.exchange("still here")).toBe("still here");
      } finally {
        await disposeAll([...open, kept]);
      }
    });
  });

  describe("clients and a host in trouble", () => {
    beforeAll(async () => {
      stack = await startCaddy(path, { inactivity: 20 });
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    const head = (cookie: string, ...lines: readonly string[]) =>
      [`POST / HTTP/1.1`, `host: ${new URL(stack.url("app")).host}`, `cookie: ${cookie}`, ...lines, "", ""].join(
        "\r\n",
      );

    test("hundreds who send a byte a second, or read nothing, keep nobody waiting", async () => {
      const alice = await logIn(stack, "alice", true);
      const slow = Array.from({ length: 200 }, () => new TlsConnection(stack.url("app"), stack.ca));
      try {
        for (const [i, one] of slow.entries())
          one.write(i % 2 ? head(alice, "content-length: 1000000") : head(alice).slice(0, -2));
        const seen = await besides(alice, async () => {
          for (let round = 0; round < 3; round++) {
            await sleep(500);
            for (const one of slow) one.write("x");
          }
        });
        expect([[...seen.known], [...seen.unknown]]).toEqual([[200], [302]]);
        expect(seen.longest).toBeLessThan(10_000);
      } finally {
        await disposeAll(slow);
      }
    });

    test("whoever sends as many headers as Caddy takes has an answer, and others have theirs", async () => {
      const alice = await logIn(stack, "alice", true);
      const many = Array.from({ length: 450 }, (_, i) => `a${i}: `);
      const ours = Array.from({ length: 450 }, () => "remote-user: evil");
      const bytes = head("theme=dark", "content-length: 0", "connection: close", ...many, ...ours);
      const seen = await besides(alice, async () => {
        await Promise.all(
          Array.from({ length: 8 }, async () => {
            await using connection = new TlsConnection(stack.url("app"), stack.ca);
            connection.write(bytes);
            expect((await connection.take((got) => (got.length > 12 ? 12 : undefined))).toString()).toBe(
              "HTTP/1.1 401",
            );
          }),
        );
      });
      expect([[...seen.known], [...seen.unknown]]).toEqual([[200], [302]]);
    });

    test("a thousand WebSockets of one session close at its log-out, and nobody waits for them", {
      timeout: 240_000,
    }, async () => {
      const [alice, bob] = [await logIn(stack, "alice", true), await logIn(stack, "bob", true)];
      const before = residentBytes(stack.proxy.pid);
      const sockets: WebSocketConnection[] = [];
      try {
        const seen = await besides(bob, async () => {
          while (sockets.length < 1000) {
            sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => openSocket(alice)))));
          }
        });
        expect([[...seen.known], [...seen.unknown]]).toEqual([[200], [302]]);
        expect(new Set(sockets.map(({ status }) => status))).toEqual(new Set([101]));
        const more = (residentBytes(stack.proxy.pid) - before) / 1024;
        console.log(`a WebSocket takes ${(more / 1000).toFixed(0)} KiB of Caddy, TLS and Caddy's own part included`);
        const loggedOut = performance.now();
        await logOut(stack, alice);
        await Promise.all(sockets.map(({ closed }) => closed));
        console.log(`1,000 WebSockets were closed ${(performance.now() - loggedOut).toFixed(0)} ms after the log-out`);
        expect(await statusOf("app", ["cookie", bob])).toBe(200);
      } finally {
        await disposeAll(sockets);
      }
    });

    test("while the host hangs, those whose lease is out wait, also over a reload; others are served, and clients may go", async () => {
      const [alice, bob] = [await logIn(stack, "alice", true), await logIn(stack, "bob", true)];
      expect([await statusOf("app", ["cookie", alice]), await statusOf("app", ["cookie", bob])]).toEqual([200, 200]);
      process.kill(stack.host.pid, "SIGSTOP");
      try {
        // Until the lease is out, of four seconds.
        await sleep(4500);
        const gone = Array.from({ length: 50 }, () => new TlsConnection(stack.url("app"), stack.ca));
        for (const one of gone) one.write(head(alice, "content-length: 0"));
        const waiting = Array.from({ length: 50 }, () => statusOf("app", ["cookie", bob]));
        await sleep(300);
        await disposeAll(gone);
        const began = performance.now();
        expect(await Promise.all([statusOf("public"), statusOf("app")])).toEqual([200, 302]);
        console.log(`with a hundred that wait for the host, others took ${(performance.now() - began).toFixed(0)} ms`);
        await reload(path, stack);
        expect(new Set(await Promise.all(waiting))).toEqual(new Set([200]));
      } finally {
        process.kill(stack.host.pid, "SIGCONT");
      }
      await until(async () => (await statusOf("app", ["cookie", alice])) === 200);
    });
  });

  test("several directives decide each by its own configuration, and are told apart in the metrics", async () => {
    stack = await startCaddy(path, { inactivity: hour });
    try {
      const alice = await logIn(stack, "alice", true);
      const [configuration, directive] = ["zerohop-gate.json", "other-gate.json"].map((name) =>
        join(stack.folder, name),
      );
      writeFileSync(directive!, '{"root_keys": 1}', { mode: 0o600 });
      const tls = readFileSync(caddyfileOf(stack), "utf8").match(/^\ttls .*$/m)![0];
      const site = (name: string, file: string) =>
        `${name}.zerohop.localhost {\n${tls}\nzerohop {\nconfig ${file}\nhost ${stack.hostUrl}\n}\nrespond ok\n}\n`;
      appendFileSync(
        caddyfileOf(stack),
        [site("same", configuration!), site("again", configuration!), site("broken", directive!)].join(""),
      );
      await reload(path, stack);
      expect(await Promise.all(["app", "same", "broken"].map((name) => statusOf(name, ["cookie", alice])))).toEqual([
        200, 403, 503,
      ]);
      await expect
        .poll(() => metricsOf(stack))
        .toMatch(/^zerohop_decisions\{config="[^"]+other-gate.json",outcome="refuse/m);
      // Each gate tells with ticks of its own.
      await expect
        .poll(() => metricsOf(stack))
        .toMatch(/^zerohop_decisions\{config="[^"]+zerohop-gate.json",outcome="deny/m);
    } finally {
      await stack[Symbol.asyncDispose]();
    }
  });
});
