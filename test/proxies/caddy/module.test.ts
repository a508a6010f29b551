// The gate in real Caddy over time: connections that stay open, a host that is away, reloads under load, and what is wrong
// with a configuration. What single requests come to is in the table of side-by-side.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn, logOut } from "../../../workshop/clients/portal-login.ts";
import { WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import { describeWith, caddyModule as locate } from "../../../workshop/programs/needed.ts";
import type { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { metricsOf, reload, startCaddy } from "./administered.ts";

const run = promisify(execFile);
const program = await locate();
const page = ["accept", "text/html"] as const;

describeWith(program, "the gate in Caddy", (path) => {
  let stack: ForwardAuthStack;
  const statusOf = async (cookie: string, name = "app") => {
    const headers: HeaderLines = [page, ["cookie", cookie]];
    return (await stack.client.get(stack.url(name), { headers })).status;
  };

  beforeAll(async () => {
    stack = await startCaddy(path, { inactivity: 20 });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("closes the WebSockets of a session at its log-out; those of others go on", async () => {
    const [alice, bob] = [await logIn(stack, "alice", true), await logIn(stack, "bob", true)];
    const url = stack.url("app", "/socket");
    const open = (cookie: string) => WebSocketConnection.open({ ca: stack.ca, url, headers: [["cookie", cookie]] });
    const ended = await Promise.all(Array.from({ length: 6 }, () => open(alice)));
    const kept = await Promise.all(Array.from({ length: 6 }, () => open(bob)));
    try {
      for (const socket of [...ended, ...kept]) expect(await socket.exchange("before")).toBe("before");
      await logOut(stack, alice);
      const late = sleep(10_000, "still open");
      expect(await Promise.race([Promise.all(ended.map(({ closed }) => closed)).then(() => "closed"), late])).toBe(
        "closed",
      );
      for (const socket of kept) expect(await socket.exchange("after")).toBe("after");
    } finally {
      await Promise.all([...ended, ...kept].map((socket) => socket[Symbol.asyncDispose]()));
    }
  });

  test("counts as it does in Envoy", async () => {
    const metrics = () => metricsOf(stack);
    // Each worker tells with its next tick.
    await vi.waitFor(
      async () => expect(await metrics()).toMatch(/^zerohop_sockets_closed\{config="[^"]+zerohop-gate.json"\} 6$/m),
      { timeout: 10_000 },
    );
    expect(await metrics()).toMatch(/^zerohop_decisions\{config="[^"]+",outcome="allow",policy="one_factor"\} [1-9]/m);
    expect(await metrics()).toMatch(/^zerohop_bundle_version\{config="[^"]+"\} [1-9]/m);
  });

  test("decides rightly under load while its configuration is read anew, changed and unchanged", async () => {
    const session = await logIn(stack, "alice", true);
    const seen = { known: new Map<number, number>(), unknown: new Map<number, number>() };
    let [loading, resets] = [true, 0];
    const load = async (cookie: string, into: Map<number, number>) => {
      while (loading) {
        // With a reload Caddy closes idle connections and those that it has not accepted yet; a client that meets that asks again, as browsers do.
        const status = await statusOf(cookie).catch((error) =>
          error.code === "ECONNRESET" ? undefined : Promise.reject(error),
        );
        if (status === undefined) {
          resets++;
          continue;
        }
        into.set(status, (into.get(status) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 4 }, () => [
      load(session, seen.known),
      load("theme=dark", seen.unknown),
    ]).flat();
    for (const accessLog of ["refused", "all", "all", "off"]) {
      const file = join(stack.folder, "zerohop-gate.json");
      const configuration = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ ...configuration, access_log: accessLog }));
      await reload(path, stack);
      await sleep(300);
    }
    loading = false;
    await Promise.all(clients);
    expect([[...seen.known.keys()], [...seen.unknown.keys()]]).toEqual([[200], [302]]);
    const answers = [...seen.known.values(), ...seen.unknown.values()].reduce((sum, count) => sum + count);
    expect(resets).toBeLessThan(answers / 10);
  });

  test("goes on with its sessions while the host is dead, and renews them when it is back", async () => {
    let session = await logIn(stack, "alice", true);
    expect(await statusOf(session)).toBe(200);
    await stack.host.stop("SIGKILL");
    const end = performance.now() + 20_000;
    // Five leases.
    while (performance.now() < end) {
      expect([await statusOf(session), await statusOf("theme=dark")]).toEqual([200, 302]);
      await sleep(200);
    }
    stack.startHost();
    await stack.hostListens();
    const before = session;
    await vi.waitFor(
      async () => {
        const answer = await stack.client.get(stack.url("app"), { headers: [["cookie", session]] });
        expect(answer.status).toBe(200);
        session = answer.cookies.find((line) => line.startsWith("zerohop_session="))?.split(";")[0] ?? session;
        expect(session).not.toBe(before);
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  test("answers 503, and says why in the log, when its own configuration is none", async () => {
    const file = join(stack.folder, "zerohop-gate.json");
    const sound = readFileSync(file, "utf8");
    writeFileSync(file, '{"root_keys": 1}');
    await reload(path, stack);
    expect([await statusOf("theme=dark", "public"), await statusOf("theme=dark")]).toEqual([503, 503]);
    expect(readFileSync(join(stack.folder, "caddy module.log"), "utf8")).toMatch(/configuration: .*root_keys/);
    writeFileSync(file, sound);
    await reload(path, stack);
    expect(await statusOf("theme=dark", "public")).toBe(200);
  });

  describe("says with file and line what is wrong with its directive", () => {
    test.each([
      ["an option that is none", "config /x\n hots http://x", /hots: is no option.*:5/],
      ["a host with a path", "config /x\n host http://x/y", /host: .*must be a URL.*:5/],
      ["workers that are no number", "config /x\n workers many", /workers: must be a whole number from 1 to 256.*:5/],
      ["no configuration", "host http://x", /config: is missing.*:5/],
    ])("%s", async (_, options, message) => {
      const file = join(stack.folder, "broken.Caddyfile");
      writeFileSync(file, `app.example.com {\n respond ok\n zerohop {\n ${options}\n }\n}\n`);
      const told = await run(path, ["adapt", "--config", file, "--adapter", "caddyfile"]).catch(({ stderr }) => stderr);
      expect(told).toMatch(message);
    });

    test("a file that is not there", async () => {
      const file = join(stack.folder, "absent.Caddyfile");
      writeFileSync(file, "app.example.com {\n zerohop {\n config /nowhere/gate.json\n }\n}\n");
      const told = await run(path, ["validate", "--config", file, "--adapter", "caddyfile"]).catch(
        ({ stderr }) => stderr,
      );
      expect(told).toMatch(/zerohop: config: open \/nowhere\/gate\.json: no such file/);
    });
  });
});
