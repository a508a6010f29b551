// What a gate counts, as its proxy shows it a tick later.
import { describe, expect, test } from "vitest";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { type Claims, forged, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import {
  browser,
  bundle,
  claims,
  domain,
  hostCluster,
  NOW,
  pollingConfiguration,
  portal,
  publish,
  sessionCookie,
  sessionKey,
  setTime,
  signBundle,
  startGate,
  startPolling,
  startWith,
  token,
} from "./gate.ts";

const TICK = 50;
const cookies = [{ domain, portal, name: "zerohop_session", basic: ["authorization"] }];
const content = (changed: Claims = {}): Claims => ({ cookies, outage_grace: 900, ...changed });

const ask = (gate: ProxyProcess, host: string, headers: readonly Header[] = [], worker = 0) =>
  gate.workers[worker]!.request({ url: `https://${host}.example.com/`, headers });

/** The value after the next tick; undefined when the gate never had anything to say. */
function value(gate: ProxyProcess, name: string): number | undefined {
  gate.advance(TICK);
  const value = gate.metrics.value(`zerohop.${name}`);
  return value === undefined ? undefined : Number(value);
}

const calls = (gate: ProxyProcess, path: string): OutboundCall[] =>
  [...gate.calls].filter(({ headers }) => headers.get(":path") === path);

describe("decisions", () => {
  test("count by outcome and by what the rule asks for", () => {
    const gate = startPolling(content());
    const session = sessionCookie(token());
    ask(gate, "public");
    ask(gate, "public", [session]);
    ask(gate, "app", [session]);
    ask(gate, "app", [browser]);
    ask(gate, "two", [session]);
    ask(gate, "closed", [session]);
    ask(gate, "admin", [sessionCookie(token({ groups: [] }))]);
    ask(gate, "auth");
    gate.request({ url: "https://app.example.net/" });
    const names = {
      "allow.bypass": 2,
      "allow.one_factor": 1,
      "login.one_factor": 1,
      "login.two_factor": 1,
      // Who is not in a rule's group falls to the default, which denies.
      "deny.deny": 2,
      "portal.none": 1,
      "refuse.none": 1,
    };
    gate.advance(TICK);
    for (const [name, count] of Object.entries(names)) expect(value(gate, `decisions.${name}`), name).toBe(count);
    for (const name of ["allow.deny", "deny.bypass", "login.bypass"])
      expect(value(gate, `decisions.${name}`), name).toBeUndefined();
  });

  test("of all workers come together, each told once", () => {
    const gate = startPolling(content(), { workers: 3 });
    for (const worker of [0, 1, 1, 2, 2, 2]) ask(gate, "public", [], worker);
    expect(value(gate, "decisions.allow.bypass")).toBe(6);
    gate.advance(2000);
    expect(value(gate, "decisions.allow.bypass")).toBe(6);
    ask(gate, "public");
    expect(value(gate, "decisions.allow.bypass")).toBe(7);
  });

  test("of a request that waits for the host count once, when it is decided", () => {
    const gate = startPolling(content());
    setTime(gate, NOW + 300);
    ask(gate, "app", [sessionCookie(token())]);
    expect(value(gate, "decisions.allow.one_factor")).toBeUndefined();
    gate.advance(3000);
    expect(value(gate, "decisions.allow.one_factor")).toBe(1);
  });

  test("cost a request no call of the host", () => {
    const gate = startGate();
    const { hostCalls } = ask(gate, "public");
    expect(hostCalls.filter((name) => name.includes("metric"))).toEqual([]);
  });
});

describe("sessions", () => {
  test("count as verified, found in the cache, and postponed", () => {
    const gate = startPolling();
    const session = sessionCookie(token());
    for (let i = 0; i < 5; i++) ask(gate, "app", [session]);
    expect([value(gate, "verifications"), value(gate, "cache_hits")]).toEqual([1, 4]);
    expect(value(gate, "verifications_postponed")).toBeUndefined();
    for (let i = 0; i < 510; i++) ask(gate, "app", [sessionCookie(forged(token()))]);
    // The session itself, the share of forged ones of an address, and one more at that moment.
    expect([value(gate, "verifications"), value(gate, "verifications_postponed")]).toEqual([1 + 500 + 1, 9]);
  });

  test("count as renewed, ended, or not to be had", () => {
    const gate = startPolling(content());
    setTime(gate, NOW + 50);
    const answers: ((call: OutboundCall, sid: string) => void)[] = [
      (call, sid) =>
        call.respond({ status: 204, headers: [["set-cookie", `a=${token({ sid, iat: NOW + 50, exp: NOW + 110 })}`]] }),
      (call) => call.respond({ status: 410 }),
      (call) => call.respond({ status: 410 }),
      (call) => call.respond({ status: 204, headers: [["set-cookie", "a=b"]] }),
      (call) => call.respond({ status: 204 }),
      (call) => call.respond({ status: 500 }),
      (call) => call.fail(),
    ];
    for (const i of answers.keys()) ask(gate, "app", [sessionCookie(token({ sid: `session ${i}` }))]);
    for (const [i, call] of calls(gate, "/api/edge/renew").entries()) answers[i]!(call, `session ${i}`);
    const counts = ["renewed", "ended", "failed"].map((name) => value(gate, `renewals.${name}`));
    expect(counts).toEqual([1, 2, 4]);
  });
});

test("calls about credentials count as good, bad, or failed", () => {
  const gate = startPolling(content());
  const vouching = signToken(sessionKey, claims(), { typ: "zerohop-basic+jwt" });
  const answers: ((call: OutboundCall) => void)[] = [
    (call) => call.respond({ status: 200, body: vouching }),
    (call) => call.respond({ status: 403 }),
    (call) => call.respond({ status: 400 }),
    (call) => call.respond({ status: 200, body: token() }),
    (call) => call.respond({ status: 200 }),
    (call) => call.respond({ status: 503 }),
    (call) => call.fail(),
  ];
  const credential = (i: number) => Buffer.from(`a:${i}`).toString("base64");
  for (const i of answers.keys()) ask(gate, "app", [["authorization", `Basic ${credential(i)}`]]);
  for (const [i, call] of calls(gate, "/api/edge/basic").entries()) answers[i]!(call);
  expect(["good", "bad", "failed"].map((name) => value(gate, `basic_calls.${name}`))).toEqual([1, 2, 4]);
});

describe("the bundle", () => {
  test("shows its version and its age in seconds", () => {
    const gate = startPolling({ version: 7, iat: NOW - 30 }, { workers: 2 });
    expect([value(gate, "bundle_version"), value(gate, "bundle_age_seconds")]).toEqual([7, 30]);
    gate.advance(100_000);
    expect(value(gate, "bundle_age_seconds")).toBe(130);
    gate.calls.oldest.respond({ status: 304 });
    publish(gate, { version: 8, iat: NOW + 100 });
    expect([value(gate, "bundle_version"), value(gate, "bundle_age_seconds")]).toEqual([8, 0]);
  });

  test("from the future is not older than nothing", () => {
    expect(value(startPolling({ iat: NOW + 600 }), "bundle_age_seconds")).toBe(0);
  });

  test("that is rejected counts", () => {
    const gate = startPolling();
    const rejected = [signBundle(bundle({ version: 2 }), newSessionKey()), "noise", signBundle(bundle({ version: 0 }))];
    for (const body of rejected) {
      for (let i = 0; gate.calls.size === 0; i++) gate.advance(i * 100);
      gate.calls.oldest.respond({ status: 200, body });
    }
    expect(value(gate, "bundles_rejected")).toBe(3);
    expect(value(gate, "bundle_version")).toBe(1);
  });

  test("is not there before the first one", () => {
    const gate = startWith(pollingConfiguration(), { clusters: [hostCluster] });
    expect([value(gate, "bundle_version"), value(gate, "bundle_age_seconds")]).toEqual([undefined, undefined]);
  });
});

test("connections that the gate closed count", () => {
  const gate = startPolling();
  for (let i = 0; i < 3; i++) ask(gate, "app", [["upgrade", "websocket"], sessionCookie(token({ sid: "gone" }))]);
  expect(value(gate, "sockets_closed")).toBeUndefined();
  publish(gate, { version: 2, revoked_sessions: ["gone"] });
  expect(value(gate, "sockets_closed")).toBe(3);
});
