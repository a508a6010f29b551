// How bundles reach the gate: the long-poll at the host, what is refused of what comes, and how all workers get it.
import { describe, expect, test } from "vitest";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import type { Worker } from "../../workshop/gate/proxy-wasm/worker.ts";
import { type Claims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import {
  bundle,
  edgeToken,
  hostCluster,
  NOW,
  pollingConfiguration,
  publish,
  rootKey,
  sessionKey,
  setTime,
  signBundle,
  startPolling,
  startWith,
  statusOf,
} from "./gate.ts";

const TICK = 50;
/** The first two ticks settle who polls, the second one polls. */
const FIRST_POLL = 2 * TICK;

const start = (changed: Claims = {}, workers = 1) =>
  startWith(pollingConfiguration(changed), { clusters: [hostCluster], workers });
const visit = (worker: Worker, host = "public") => statusOf(worker.request({ url: `https://${host}.example.com/` }));
const visits = (gate: ProxyProcess, host = "public") => gate.workers.map((worker) => visit(worker, host));
const lines = (gate: ProxyProcess) => gate.log.map(({ level, message }) => `${level}: ${message}`);
const etagOf = (call: OutboundCall) => call.headers.get("if-none-match");
/** A policy that lets everybody in at one host. */
const open = (host: string) => ({
  default_policy: "deny",
  rules: [{ domain: `${host}.example.com`, policy: "bypass" }],
});

/** Lets time pass to the next poll; returns it and how long that took, in milliseconds. */
function nextPoll(gate: ProxyProcess, limit = 20_000): [call: OutboundCall, waited: number] {
  for (let waited = 0; waited <= limit; waited += TICK) {
    if (gate.calls.size > 0) return [gate.calls.oldest, waited];
    gate.advance(TICK);
  }
  throw new Error(`no poll within ${limit} ms`);
}

const answer = (gate: ProxyProcess, body: string) => nextPoll(gate)[0].respond({ status: 200, body });

describe("before the first bundle", () => {
  test("nothing is decided: 503 after two seconds, the portal's host and public ones included, and then at once", () => {
    const gate = start({}, 2);
    const waiting = ["public", "app", "auth"].map((host) => gate.request({ url: `https://${host}.example.com/` }));
    gate.advance(1900);
    for (const { outcome } of waiting) expect(outcome.kind).toBe("paused");
    gate.advance(200);
    expect(waiting.map(statusOf)).toEqual([503, 503, 503]);
    expect(visit(gate.workers[0]!)).toBe(503);
    answer(gate, signBundle(bundle()));
    gate.advance(TICK);
    expect(visits(gate)).toEqual([200, 200]);
  });

  test("requests wait for it, on the worker that polls and on those that look for it, and are decided by it", () => {
    const gate = start({}, 2);
    const urls = ["https://public.example.com/", "https://app.example.com/", "https://closed.example.com/"];
    const waiting = gate.workers.flatMap((worker) => urls.map((url) => worker.request({ url })));
    const gone = gate.request({ url: urls[0]! });
    gate.advance(FIRST_POLL);
    gone.close();
    answer(gate, signBundle(bundle()));
    gate.advance(TICK);
    expect(waiting.map(statusOf)).toEqual([200, 401, 403, 200, 401, 403]);
  });

  test("no more requests wait than a worker has places for, and those that do are decided a part with each tick", () => {
    const gate = start();
    const requests = Array.from({ length: 4500 }, () => gate.request({ url: "https://public.example.com/" }));
    const kinds = requests.map(({ outcome }) => outcome.kind);
    expect(kinds.filter((kind) => kind === "paused")).toHaveLength(4096);
    expect(requests.filter(({ outcome }) => outcome.kind !== "paused").map(statusOf)).toEqual(Array(404).fill(503));
    gate.advance(FIRST_POLL);
    answer(gate, signBundle(bundle()));
    for (let tick = 0; tick < 4096 / 256; tick++) gate.advance(TICK);
    const outcomes = Map.groupBy(requests, ({ outcome }) => outcome.kind);
    expect([outcomes.get("paused")?.length, outcomes.get("continued")?.length]).toEqual([undefined, 4096]);
  });

  test("the gate asks the host for it, once for all workers, within 100 ms", () => {
    const gate = start({}, 4);
    gate.advance(FIRST_POLL);
    expect(gate.calls.size).toBe(1);
    const { headers, cluster, body, deadline } = gate.calls.oldest;
    expect(cluster).toBe(hostCluster);
    expect(body).toHaveLength(0);
    expect(Object.fromEntries(headers)).toEqual({
      ":method": "GET",
      ":path": "/api/edge/bundle?wait=30",
      ":authority": "auth.example.com:8443",
      "user-agent": "zerohop-gate",
      authorization: `Bearer ${edgeToken}`,
      "x-zerohop-protocol": "2",
    });
    // The host is the one to end a poll, so the gate waits for longer than it allows the host to.
    expect(deadline - gate.clock.now).toBe(40_000);
    gate.advance(29_000);
    expect(gate.calls.size).toBe(1);
  });

  test("a bundle in the configuration serves until another comes", () => {
    for (const inline of [bundle(), signBundle(bundle())]) {
      const gate = start({ bundle: inline });
      expect(visit(gate.workers[0]!)).toBe(200);
      gate.advance(FIRST_POLL);
      expect(etagOf(gate.calls.oldest)).toBe(`"1.${NOW}"`);
      gate.calls.oldest.respond({ status: 200, body: signBundle(bundle({ version: 2, policy: open("new") })) });
      gate.advance(100);
      expect([visit(gate.workers[0]!), visit(gate.workers[0]!, "new")]).toEqual([403, 200]);
    }
  });
});

describe("a poll", () => {
  test("is followed by another at the next tick, which says what the gate has", () => {
    const gate = startPolling({ version: 7, iat: NOW - 5 });
    const [second] = nextPoll(gate);
    expect(etagOf(second)).toBe(`"7.${NOW - 5}"`);
    second.respond({ status: 304 });
    gate.advance(TICK);
    expect(etagOf(gate.calls.oldest)).toBe(`"7.${NOW - 5}"`);
    gate.calls.oldest.respond({ status: 200, body: signBundle(bundle({ version: 8 })) });
    gate.advance(TICK);
    expect(etagOf(gate.calls.oldest)).toBe(`"8.${NOW}"`);
  });

  test("that brings a new bundle changes every worker's decisions within 100 ms, the poller's at once", () => {
    const gate = start({}, 4);
    publish(gate, { policy: open("one") });
    expect(visits(gate, "one")).toEqual([200, 200, 200, 200]);
    const [poll] = nextPoll(gate);
    poll.respond({ status: 200, body: signBundle(bundle({ version: 2, policy: open("two") })) });
    gate.advance(100);
    expect(visits(gate, "one")).toEqual([403, 403, 403, 403]);
    expect(visits(gate, "two")).toEqual([200, 200, 200, 200]);
  });

  test("that brings the same bundle again, or 304, reloads nothing in any worker", () => {
    const gate = start({}, 2);
    publish(gate, { version: 3 });
    const loaded = lines(gate);
    expect(loaded.filter((line) => line.includes("bundle version 3"))).toHaveLength(3);
    for (let i = 0; i < 3; i++) {
      answer(gate, signBundle(bundle({ version: 3 })));
      nextPoll(gate)[0].respond({ status: 304 });
    }
    gate.advance(200);
    expect(lines(gate)).toEqual(loaded);
    expect(visits(gate)).toEqual([200, 200]);
  });

  test("that brings the same version signed later makes the gate's bundle younger", () => {
    const gate = startPolling();
    answer(gate, signBundle(bundle({ iat: NOW + 1800 })));
    gate.advance(100);
    gate.clock.now = (NOW + 4000) * 1000;
    expect(visits(gate)).toEqual([200]);
  });
});

describe("a bundle that the gate refuses", () => {
  const other = newSessionKey();
  const { kid } = rootKey;
  const newer = bundle({ version: 2, policy: open("evil") });
  const signed = signBundle(newer);
  const unsigned = "not signed by a root key of the configuration";

  test.each<[string, string, string]>([
    ["signed by a stranger", signBundle(newer, other), unsigned],
    ["signed by a stranger in the root key's name", signBundle(newer, other, { kid }), unsigned],
    ["signed by a session key", signBundle(newer, sessionKey), unsigned],
    ["signed by a session key in the root key's name", signBundle(newer, sessionKey, { kid }), unsigned],
    ["signed as a session token", signToken(rootKey, newer), unsigned],
    ["signed with another algorithm", signBundle(newer, rootKey, { alg: "ES256" }), unsigned],
    ["not signed", JSON.stringify(newer), unsigned],
    ["changed after it was signed", signed.replace(/\.(.{40})./, ".$1A"), unsigned],
    ["cut short", signed.slice(0, -1), unsigned],
    ["a page of some proxy's", "<html>Bad gateway</html>", unsigned],
    ["of raw bytes", "\0\xff".repeat(1000), unsigned],
    ["of dots", ".".repeat(1000), unsigned],
    ["without a version", signBundle({ ...newer, version: undefined }), "not a bundle"],
    ["with a negative version", signBundle({ ...newer, version: -1 }), "not a bundle"],
    ["with a version that is a text", signBundle({ ...newer, version: "2" }), "not a bundle"],
    ["without cookie domains", signBundle({ ...newer, cookies: [] }), "not a bundle"],
    ["without a policy", signBundle({ ...newer, policy: undefined }), "not a bundle"],
    ["with a key that is none", signBundle({ ...newer, keys: [{ kid: "a", x: "b" }] }), "not a bundle"],
    [
      "with a portal without TLS",
      signBundle({ ...newer, cookies: [{ domain: "a.b", portal: "http://a.b", name: "s" }] }),
      "not a bundle",
    ],
    ["with revocations that are none", signBundle({ ...newer, revoked_sessions: { a: 1 } }), "not a bundle"],
    [
      "with a policy that does not compile",
      signBundle({ ...newer, policy: { rules: [{ domain: "a.b", policy: "allow" }] } }),
      `policy: rules[0].policy: "allow" is not a policy`,
    ],
    ["of an older version", signBundle({ ...newer, version: 0 }), "older than the one in force"],
    [
      "of the same version, signed earlier",
      signBundle({ ...newer, version: 1, iat: NOW - 1 }),
      "older than the one in force",
    ],
  ])("%s leaves everything as it is, and is named in the log", (_, body, reason) => {
    const gate = start({}, 2);
    publish(gate, {});
    gate.log.length = 0;
    const shared = gate.sharedData.get(`zerohop.2.bundle.${rootKey.kid}`);
    expect(shared).toBeDefined();
    answer(gate, body);
    expect(gate.sharedData.get(`zerohop.2.bundle.${rootKey.kid}`)).toBe(shared);
    expect(lines(gate)).toEqual([expect.stringMatching(/^error: zerohop: the host's bundle is rejected: /)]);
    expect(lines(gate)[0]).toContain(reason);
    const [next, waited] = nextPoll(gate);
    expect(waited).toBeGreaterThanOrEqual(250);
    expect(etagOf(next)).toBe(`"1.${NOW}"`);
    expect(visits(gate)).toEqual([200, 200]);
    expect(visits(gate, "evil")).toEqual([403, 403]);
    expect(gate.log).toHaveLength(1);
    next.respond({ status: 200, body: signBundle(bundle({ version: 2, policy: open("good") })) });
    gate.advance(100);
    expect(visits(gate, "good")).toEqual([200, 200]);
    expect(gate.traps).toEqual([]);
  });

  test("is refused from other workers' shared data too: each verifies for itself", () => {
    const gate = start({}, 2);
    publish(gate, {});
    const forged = Buffer.from(signBundle(newer, other, { kid }));
    const newest = Buffer.alloc(16);
    newest.writeBigInt64LE(99n);
    gate.sharedData.set(`zerohop.2.bundle.${kid}`, forged, 0);
    for (const state of [newest, newest.subarray(0, 8), Buffer.alloc(0)]) {
      gate.sharedData.set(`zerohop.2.feed.${kid}`, state, 0);
      gate.advance(200);
      expect(visits(gate)).toEqual([200, 200]);
      expect(visits(gate, "evil")).toEqual([403, 403]);
    }
    expect(gate.traps).toEqual([]);
  });
});

describe("while the host fails", () => {
  test.each<[string, (call: OutboundCall) => void, string]>([
    ["does not answer", (call) => call.fail(), "the host does not answer"],
    ["answers 500", (call) => call.respond({ status: 500 }), "answers the poll for a bundle with an error"],
    ["answers 302", (call) => call.respond({ status: 302 }), "answers the poll for a bundle with an error"],
    ["lets the poll time out", (call) => call.timeOut(), "answers the poll for a bundle with an error"],
    ["refuses the edge token", (call) => call.respond({ status: 401 }), "refuses the edge token"],
    ["sends nothing", (call) => call.respond({ status: 200 }), "bundle is empty"],
  ])("and %s, the gate goes on deciding, asks again ever later, and says so once", (_, fail, sentence) => {
    const gate = startPolling();
    gate.log.length = 0;
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const [call, waited] = nextPoll(gate);
      waits.push(waited);
      expect(visits(gate)).toEqual([200]);
      fail(call);
    }
    // Doubled from 250 ms to 8 s, each drawn out by up to half, and to the next tick.
    [250, 500, 1000, 2000, 4000, 8000, 8000].forEach((pause, i) => {
      expect(waits[i + 1]).toBeGreaterThanOrEqual(pause);
      expect(waits[i + 1]).toBeLessThanOrEqual(pause * 1.5 + 2 * TICK);
    });
    expect(lines(gate)).toEqual([expect.stringContaining(`warn: zerohop: `)]);
    expect(lines(gate)[0]).toContain(sentence);

    nextPoll(gate)[0].respond({ status: 304 });
    expect(lines(gate)).toEqual([expect.anything(), "info: zerohop: the host answers again"]);
    expect(nextPoll(gate)[1]).toBeLessThanOrEqual(TICK);
  });

  test("because there is no such cluster, the gate says so and serves 503", () => {
    const gate = startWith(pollingConfiguration({ host_cluster: "nowhere" }), { clusters: [hostCluster] });
    const waiting = gate.request({ url: "https://public.example.com/" });
    gate.advance(5000);
    expect(lines(gate)).toEqual([expect.stringMatching(/^warn: .*is there a cluster of the configured name/)]);
    expect([statusOf(waiting), ...visits(gate)]).toEqual([503, 503]);
  });

  test("a token or a bundle never shows up in the log", () => {
    const gate = startPolling();
    answer(gate, signBundle(bundle({ version: 0 })));
    nextPoll(gate)[0].respond({ status: 401 });
    expect(gate.log.length).toBeGreaterThan(1);
    expect(JSON.stringify(gate.log)).not.toMatch(/zhe_|eyJ/);
  });
});

describe("a bundle's age", () => {
  test("of more than max_stale ends every decision with 503 until a younger one comes", () => {
    const gate = start({ max_stale: 600 }, 2);
    publish(gate, {});
    setTime(gate, NOW + 600);
    expect(visits(gate)).toEqual([200, 200]);
    setTime(gate, NOW + 601);
    for (const host of ["public", "app", "auth", "closed"]) expect(visits(gate, host)).toEqual([503, 503]);
    gate.calls.oldest.respond({ status: 200, body: signBundle(bundle({ iat: NOW + 600 })) });
    for (const { instance } of gate.workers) instance.tick();
    expect(visits(gate)).toEqual([200, 200]);
  });

  test("is an hour at most where the gate fetches it and the configuration does not say", () => {
    const gate = start({ max_stale: undefined });
    publish(gate, {});
    setTime(gate, NOW + 3600);
    expect(visits(gate)).toEqual([200]);
    setTime(gate, NOW + 3601);
    expect(visits(gate)).toEqual([503]);
  });

  test("does not matter with a max_stale of 0, or for a bundle that is part of the configuration", () => {
    expect(visits(startWith({ bundle: bundle({ iat: 1 }) }))).toEqual([200]);
    const endless = start({ max_stale: 0 });
    publish(endless, { iat: 1 });
    expect(visits(endless)).toEqual([200]);
  });
});

describe("the worker that polls", () => {
  const threads = (gate: ProxyProcess) => [gate.main, ...gate.workers];
  const poller = (gate: ProxyProcess) => threads(gate).find(({ instance }) => instance === gate.calls.oldest.instance)!;

  test("hands over when it dies: another polls within half a second, and decisions go on", () => {
    const gate = start({}, 3);
    publish(gate, {});
    const [call] = nextPoll(gate);
    const dead = poller(gate);
    call.instance.trap = new Error("on purpose");
    dead.instance.nextTick = Number.POSITIVE_INFINITY;
    gate.calls.drop(call.instance);

    const [, waited] = nextPoll(gate);
    expect(waited).toBeLessThanOrEqual(400 + 2 * TICK);
    expect(poller(gate)).not.toBe(dead);
    publish(gate, { version: 2, policy: open("two") });
    const alive = gate.workers.filter((worker) => worker !== dead);
    expect(alive.map((worker) => visit(worker, "two"))).toEqual(alive.map(() => 200));
  });

  test("stays the only one for as long as it lives", () => {
    const gate = start({}, 4);
    publish(gate, {});
    const first = poller(gate);
    for (let version = 2; version < 12; version++) {
      publish(gate, { version });
      gate.advance(700);
      expect(gate.calls.size).toBe(1);
      expect(poller(gate)).toBe(first);
    }
  });

  test("is still found when the clock is set back by an hour", () => {
    const gate = start({}, 2);
    publish(gate, {});
    const [call] = nextPoll(gate);
    call.instance.trap = new Error("on purpose");
    gate.calls.drop(call.instance);
    gate.clock.now -= 3_600_000;
    for (let i = 0; i < 20; i++) {
      gate.clock.now += TICK;
      for (const { instance } of threads(gate)) instance.tick();
    }
    expect(gate.calls.size).toBe(1);
  });

  test("asks again soon after a failure when the clock is set back meanwhile", () => {
    const gate = start();
    publish(gate, {});
    nextPoll(gate)[0].fail();
    gate.clock.now -= 3_600_000;
    for (let i = 0; i < 400; i++) {
      gate.clock.now += TICK;
      for (const { instance } of threads(gate)) instance.tick();
    }
    expect(gate.calls.size).toBe(1);
  });

  test("that starts anew takes the bundle from the others at once", () => {
    const gate = start({}, 2);
    publish(gate, { policy: open("one") });
    const [worker] = gate.workers;
    worker!.instance.trap = new Error("on purpose");
    gate.advance(1000);
    expect(visit(worker!, "one")).toBe(200);
  });

  test("shares nothing with the gates of another host in the same proxy", () => {
    const gate = startPolling();
    const keys = ["bundle", "feed", "leader"].map((name) => `zerohop.2.${name}.${rootKey.kid}`);
    for (const key of keys) expect(gate.sharedData.get(key), key).toBeDefined();
    expect(JSON.stringify(gate.log)).not.toContain(rootKey.x);
  });
});

describe("many bundles", () => {
  const policy = (hosts: number) => ({
    rules: Array.from({ length: hosts }, (_, i) => ({
      domain: [`app${i}.example.com`, "public.example.com"],
      policy: "bypass",
      resources: [`^/api/v${i}/([a-z]+|[0-9]{1,8})/`, "^/$"],
    })),
  });

  test("one after the other take no more memory than a few", () => {
    const gate = start({ cache_bytes: 524_288 });
    let version = 0;
    const next = (rules: number) => {
      version++;
      const revoked_sessions = Array.from({ length: rules * 10 }, (_, i) => `sid ${i} of version ${version}`);
      answer(gate, signBundle(bundle({ version, policy: policy(rules), revoked_sessions })));
      gate.advance(100);
    };
    const sizes = () => [gate.main, ...gate.workers].map(({ instance }) => instance.memory.size);
    for (let i = 0; i < 6; i++) next(1 + (i % 3) * 40);
    const before = sizes();
    for (let i = 0; i < 120; i++) next(1 + (i % 3) * 40);
    expect(sizes()).toEqual(before);
    expect(visits(gate)).toEqual([200]);
  });

  test("with thousands of revocations find each of them", () => {
    const revoked_sessions = Array.from({ length: 3000 }, (_, i) => `sid-${i}`);
    const not_before = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`user-${i}`, NOW + 1]));
    const gate = startPolling({ revoked_sessions, not_before });
    const ask = (changed: Claims) => {
      const now = { iat: NOW, exp: NOW + 99, session_exp: NOW + 99, level: 1, iss: "https://auth.example.com:8443" };
      const value = signToken(sessionKey, { ...now, aud: "example.com", sub: "a", sid: "b", ...changed });
      const headers = [["cookie", `zerohop_session=${value}`]] as const;
      return statusOf(gate.request({ url: "https://app.example.com/", headers }));
    };
    for (let i = 0; i < 3000; i += 299) {
      expect(ask({ sid: `sid-${i}` })).toBe(401);
      expect(ask({ sub: `user-${i}` })).toBe(401);
      expect(ask({ sub: `user-${i}`, iat: NOW + 1 })).toBe(200);
    }
    expect([ask({ sid: "sid-3000" }), ask({ sub: "user-3000" }), ask({ sid: "sid-" })]).toEqual([200, 200, 200]);
  });
});
