// What an operator sees of the gate in Envoy: counters, the access log, and that neither shows a secret or a made-up name.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { gateMetrics } from "../../../workshop/gate/gate-metrics.ts";
import { forged } from "../../../workshop/gate/tokens.ts";
import { password } from "../../../workshop/host/users.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

type LogLine = Readonly<Record<string, unknown>>;

const shipped = join(import.meta.dirname, "..", "..", "..", "deploy");
/** Who nobody is: sent as Remote-User with every request. */
const impostor = "mallory";
const basic = (credential: string) => `Basic ${Buffer.from(credential).toString("base64")}`;

describeWith(await envoy(), "in Envoy", (path) => {
  let stack: Stack;
  let adminPort: number;
  let secrets: string[];
  afterEach(() => stack?.[Symbol.asyncDispose]());

  const start = async (accessLog: string) => {
    adminPort = await freePort();
    secrets = [password, "q-secret"];
    stack = await Stack.start({
      envoy: path,
      configureHost: (config) => {
        config.gate = { access_log: accessLog };
      },
      configureGate: (config) => {
        secrets.push(config.edge_token);
        return config;
      },
      configureEnvoy: (text) => {
        const config = parse(text);
        config.admin = { address: { socket_address: { address: "127.0.0.1", port_value: adminPort } } };
        return stringify(config, { lineWidth: 0 });
      },
    });
  };

  const login = async (user: string) => {
    const cookie = await stack.login(user);
    secrets.push(...cookie.split("=")[1]!.split("."));
    return cookie;
  };

  const ask = async (name: string, path: string, headers: HeaderLines = []) => {
    const spoofed: HeaderLines = [
      ["remote-user", impostor],
      ["Remote-User", impostor],
      ["accept", "text/html"],
      ...headers,
    ];
    return (await stack.client.get(stack.url(name, `${path}?token=q-secret`), { headers: spoofed })).status;
  };

  /** One request of each outcome. */
  const askEverything = async () => {
    const [alice, bob] = [await login("alice"), await login("bob")];
    const credential = basic(`bob:${password}`);
    const wrong = basic("bob:wr0ng-pass");
    secrets.push(credential.slice(6), wrong.slice(6), "wr0ng-pass");
    return {
      allowed: await ask("app", "/allowed", [["cookie", alice]]),
      allowedAgain: await ask("app", "/allowed-again", [["cookie", alice]]),
      open: await ask("public", "/open"),
      portal: await ask("auth", "/api/health"),
      anonymous: await ask("app", "/anonymous"),
      forged: await ask("app", "/forged", [["cookie", forged(alice)]]),
      oneFactor: await ask("admin", "/one-factor", [["cookie", alice]]),
      denied: await ask("admin", "/denied", [["cookie", bob]]),
      refused: await ask("app", "/refused%252e", [["cookie", alice]]),
      refusedEarly: await ask("app", "/early%00", [["cookie", alice]]),
      basic: await ask("app", "/basic", [["proxy-authorization", credential]]),
      basicAgain: await ask("app", "/basic-again", [["proxy-authorization", credential]]),
      badBasic: await ask("app", "/bad-basic", [["proxy-authorization", wrong]]),
      twice: await ask("app", "/twice", [
        ["proxy-authorization", wrong],
        ["Proxy-Authorization", credential],
      ]),
    };
  };
  const everything = {
    ...{ allowed: 200, allowedAgain: 200, open: 200, portal: 200, anonymous: 302, forged: 302, oneFactor: 302 },
    ...{ denied: 403, refused: 400, refusedEarly: 400, basic: 200, basicAgain: 200, badBasic: 407, twice: 400 },
  };

  /** What Prometheus would get: the samples of the gate. */
  const scrape = async () => {
    const text = await (await fetch(`http://127.0.0.1:${adminPort}/stats/prometheus`)).text();
    const samples = [...text.matchAll(/^(zerohop_\w+)\{(.*)\} (\d+)$/gm)];
    return new Map(samples.map(([, name, labels, value]) => [labels ? `${name}{${labels}}` : name!, Number(value)]));
  };

  /** Ends Envoy, which so writes all of its access log, and returns that by path. */
  const accessLog = async (): Promise<Map<unknown, LogLine>> => {
    await stack.proxy.stop();
    const text = readFileSync(join(stack.folder, "envoy.log"), "utf8");
    for (const secret of [...secrets, impostor, "Bearer", "zerohop_session"]) expect(text).not.toContain(secret);
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    return new Map(lines.map((line) => JSON.parse(line) as LogLine).map((line) => [line.path, line]));
  };
  const told = ({ user, outcome, rule }: LogLine = {}) => ({ user, outcome, rule });

  test("every outcome counts, and the access log names user, outcome and rule of what was refused", async () => {
    await start("refused");
    // What went before, Envoy has been told with the gate's next tick.
    await sleep(500);
    const before = await scrape();
    expect(await askEverything()).toEqual(everything);
    const expected = {
      'zerohop_decisions{outcome="allow",policy="one_factor"}': 4,
      'zerohop_decisions{outcome="allow",policy="bypass"}': 1,
      // Two logins and the question about the portal's health.
      'zerohop_decisions{outcome="portal",policy="none"}': 3,
      'zerohop_decisions{outcome="login",policy="one_factor"}': 3,
      'zerohop_decisions{outcome="login",policy="two_factor"}': 1,
      'zerohop_decisions{outcome="deny",policy="deny"}': 1,
      'zerohop_decisions{outcome="refuse",policy="none"}': 2,
      'zerohop_basic_calls{result="bad"}': 1,
    };
    const counted = async () => {
      const now = await scrape();
      return Object.fromEntries(
        Object.keys(expected).map((name) => [name, (now.get(name) ?? 0) - (before.get(name) ?? 0)]),
      );
    };
    await expect.poll(counted).toEqual(expected);
    const now = await scrape();
    // The dashboard and the documentation are held against these names.
    const known = gateMetrics();
    for (const sample of now.keys()) {
      const [name, ...labels] = sample.match(/\w+(?=\{|=|$)/g)!;
      expect(labels.sort(), sample).toEqual(known.get(name!)?.toSorted());
    }
    // Each worker asks for itself.
    expect([1, 2]).toContain(now.get('zerohop_basic_calls{result="good"}'));
    expect(now.get("zerohop_bundle_version")).toBeGreaterThanOrEqual(1);
    expect(now.get("zerohop_bundle_age_seconds")).toBeLessThan(600);
    expect((now.get("zerohop_verifications") ?? 0) + (now.get("zerohop_cache_hits") ?? 0)).toBeGreaterThan(4);

    const log = await accessLog();
    expect(told(log.get("/allowed"))).toEqual({ user: "alice" });
    expect(told(log.get("/basic"))).toEqual({ user: "bob" });
    expect(told(log.get("/basic-again"))).toEqual({ user: "bob" });
    for (const path of ["/open", "/api/health", "/early%00"]) expect(told(log.get(path)), path).toEqual({});
    expect(told(log.get("/anonymous"))).toEqual({ outcome: "login", rule: "2" });
    expect(told(log.get("/forged"))).toEqual({ outcome: "login", rule: "2" });
    expect(told(log.get("/bad-basic"))).toEqual({ outcome: "login", rule: "2" });
    expect(told(log.get("/one-factor"))).toEqual({ user: "alice", outcome: "login", rule: "3" });
    expect(told(log.get("/denied"))).toEqual({ user: "bob", outcome: "deny", rule: "0" });
    for (const path of ["/refused%252e", "/twice"]) expect(told(log.get(path)), path).toEqual({ outcome: "refuse" });

    const { time, request_id: requestId, ...rest } = log.get("/denied")!;
    expect(Date.now() - Date.parse(String(time))).toBeLessThan(60_000);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(rest).toMatchObject({ client: "127.0.0.1", method: "GET", status: 403, details: "zerohop_deny" });
    expect(rest.authority).toBe(new URL(stack.url("admin")).host);
  });

  test("with access_log all, the access log names user, outcome and rule of every request", async () => {
    await start("all");
    expect(await askEverything()).toEqual(everything);
    const log = await accessLog();
    for (const path of ["/allowed", "/allowed-again"]) {
      expect(told(log.get(path)), path).toEqual({ user: "alice", outcome: "allow", rule: "2" });
    }
    expect(told(log.get("/open"))).toEqual({ outcome: "allow", rule: "1" });
    expect(told(log.get("/api/health"))).toEqual({ outcome: "portal" });
    expect(told(log.get("/denied"))).toEqual({ user: "bob", outcome: "deny", rule: "0" });
    expect(told(log.get("/early%00"))).toEqual({});
  });

  test("with access_log off, the gate tells the access log nothing", async () => {
    await start("off");
    expect(await askEverything()).toEqual(everything);
    for (const [path, line] of await accessLog()) {
      const isAllowed = line.details === "via_upstream" && String(line.authority).startsWith("app.");
      expect(told(line), String(path)).toEqual(isAllowed ? { user: expect.stringMatching(/^(alice|bob)$/) } : {});
    }
  });

  test("the fields of the sample of an access log are those that are written", async () => {
    await start("refused");
    await askEverything();
    const log = await accessLog();
    const fields = new Set([...log.values()].flatMap((line) => Object.keys(line)));
    const sample = readFileSync(join(shipped, "envoy", "access-log.sample.ndjson"), "utf8")
      .trim()
      .split("\n");
    const sampled = new Set(sample.flatMap((line) => Object.keys(JSON.parse(line))));
    expect(sampled).toEqual(fields);
  });
});
