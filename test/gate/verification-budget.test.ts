// How many forged tokens a gate finds out in a second: too few for a flood to take the worker. Valid ones it takes however many come.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { bundleKey, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import {
  browser,
  claims,
  NOW,
  publish,
  sessionCookie,
  sessionKey,
  setTime,
  startGate,
  startPolling,
  statusOf,
  token,
  userOf,
} from "./gate.ts";

const CONNECTION_SHARE = 100;
const SHARE = 500;
const LIMIT = 2000;
const KEPT_FOR_NEWCOMERS = 500;
/** So many forged tokens, and a client is no newcomer any more. */
const FEW = 8;
/** Milliseconds in which one more may turn out forged, whoever has sent it. */
const LATE_PERIOD = 4;
const flooder = "198.51.100.1:1000";
const app = "https://app.example.com/";

/** A token that only its signature gives away. */
const forged = (() => {
  const good = token();
  let count = 0;
  return () => `${good.slice(0, -10)}${String(count++).padStart(8, "A")}${good.slice(-2)}`;
})();

function ask(gate: ProxyProcess, value: string, source = flooder, url = app): Exchange {
  return gate.request({ url, source, headers: [browser, sessionCookie(value)] });
}

function flood(gate: ProxyProcess, count: number, source = flooder): number[] {
  return Array.from({ length: count }, () => statusOf(ask(gate, forged(), source)));
}

const connection = (number: number) => ({
  "connection\0id": Buffer.from(BigUint64Array.of(BigInt(number)).buffer),
});

/** Has an address send so many forged tokens that it has no share left, nor the late one of this moment. */
function exhaust(gate: ProxyProcess, source = flooder): void {
  flood(gate, SHARE + 1, source);
}

/**
 * The best status that an address which has sent nothing gets. Addresses share places at random, and a newcomer may meet a
 * flooder in one; not all of several do.
 */
function someoneElse(statusFrom: (source: string, number: number) => number): number {
  return Math.min(...[9, 10, 11].map((number) => statusFrom(`192.0.2.${number}:1`, number)));
}

/** A counter of the gate's, as of the last tick. */
function metricOf(gate: ProxyProcess, name: string): number {
  return Number(gate.metrics.value(`zerohop.${name}`) ?? 0n);
}

/** How many statuses of each kind there are. */
function tally(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("valid tokens", () => {
  test("are verified however many there are, on one connection of one address in one moment", () => {
    const gate = startGate();
    const visit = (value: string) =>
      gate.request({ url: app, source: flooder, headers: [browser, sessionCookie(value)], properties: connection(7) });
    const statuses = Array.from({ length: LIMIT + 200 }, (_, i) => statusOf(visit(token({ sub: `user ${i}` }))));
    expect(tally(statuses)).toEqual({ 200: LIMIT + 200 });
    // Nor have they used up what there is for forged ones.
    expect(tally(Array.from({ length: CONNECTION_SHARE }, () => statusOf(visit(forged()))))).toEqual({ 302: 100 });
  });

  test("of sessions that are over, of other keys and of other portals cost no signature, however often they come", () => {
    const old = newSessionKey();
    const gate = startPolling({ keys: [bundleKey(sessionKey), bundleKey(old)] });
    const values = [
      token({ sid: "revoked" }),
      token({ sub: "bob", iat: NOW - 10 }),
      signToken(old, claims()),
      token({ session_exp: NOW + 5 }),
    ];
    for (const value of values) expect(statusOf(ask(gate, value))).toBe(200);
    publish(gate, { version: 2, revoked_sessions: ["revoked"], not_before: { bob: NOW } });
    setTime(gate, NOW + 6);
    // Unknown ones of the same kinds, so that no cache can help.
    const unknown = (i: number) => [
      token({ sid: "revoked", iat: NOW - 100 - i }),
      token({ sub: "bob", iat: NOW - 100 - i }),
      signToken(old, claims({ sid: `${i}` })),
      token({ session_exp: NOW + 5, sid: `${i}` }),
    ];
    const before = metricOf(gate, "verifications");
    for (let i = 0; i < 50; i++)
      for (const value of [...values, ...unknown(i)]) expect(statusOf(ask(gate, value))).toBe(302);
    gate.advance(50);
    expect(metricOf(gate, "verifications") - before).toBe(0);
    expect(metricOf(gate, "verifications_postponed")).toBe(0);
  });
});

describe("on one connection", () => {
  test("fewer are verified than of one address, so that a newcomer on another connection is not starved", () => {
    const gate = startGate();
    const statusOn = (number: number, value: string) =>
      statusOf(gate.request({ url: app, headers: [browser, sessionCookie(value)], properties: connection(number) }));
    const statuses = Array.from({ length: CONNECTION_SHARE + 10 }, () => statusOn(7, forged()));
    expect(tally(statuses)).toEqual({ 302: CONNECTION_SHARE + 1, 429: 9 });
    expect(statusOn(7, token())).toBe(429);
    expect(someoneElse((_, number) => statusOn(number, token()))).toBe(200);
  });
});

describe("of one address", () => {
  test("so many forged tokens are found out in a second, and what needs a login is a 429 beyond", () => {
    const gate = startGate();
    expect(tally(flood(gate, SHARE + 50))).toEqual({ 302: SHARE + 1, 429: 49 });
    const refused = ask(gate, forged());
    expect(refused.answer.headers.get("retry-after")).toBe("5");
    expect(refused.answer.headers.get("cache-control")).toBe("no-store");
    expect(refused.answer.headers.get("location")).toBeUndefined();
    expect(refused.answer.headers.get("content-type")).toContain("text/html");
    setTime(gate, NOW + 1);
    expect(tally(flood(gate, SHARE + 2))).toEqual({ 302: SHARE + 1, 429: 1 });
  });

  test("an unknown session waits its turn too, and a known one goes on", () => {
    const gate = startGate();
    const known = token({ sub: "bob" });
    expect(userOf(ask(gate, known))).toBe("bob");
    exhaust(gate);
    expect(userOf(ask(gate, known))).toBe("bob");
    expect(userOf(ask(gate, known, "192.0.2.9:1"))).toBe("bob");
    const unknown = token();
    expect(statusOf(ask(gate, unknown))).toBe(429);
    expect(someoneElse((source) => statusOf(ask(gate, token(), source)))).toBe(200);
  });

  test("that has used up its share, one forged token is still found out every few milliseconds, and no valid one counts", () => {
    const gate = startGate();
    exhaust(gate);
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      gate.clock.now += LATE_PERIOD;
      for (let j = 0; j < 5; j++) expect(userOf(ask(gate, token({ sub: `user ${i} ${j}` })))).toBe(`user ${i} ${j}`);
      statuses.push(...flood(gate, 20));
      expect(statusOf(ask(gate, token()))).toBe(429);
    }
    expect(tally(statuses)).toEqual({ 302: 10, 429: 190 });
  });

  test("behind a flood nobody is shut out for ever", () => {
    const gate = startGate();
    exhaust(gate);
    const unknown = token();
    // Twenty forged tokens a millisecond, and the session's turn comes at another place among them each time.
    let tries = 0;
    for (let status = 429; status === 429; tries++) {
      gate.clock.now += 20;
      flood(gate, (tries * 7) % 20);
      status = statusOf(ask(gate, unknown));
    }
    expect(tries).toBeLessThan(100);
    expect(userOf(ask(gate, unknown))).toBe("alice");
  });

  test("nothing else is refused: what needs no login, and whoever sends no token", () => {
    const gate = startGate();
    exhaust(gate);
    expect(userOf(ask(gate, forged(), flooder, "https://public.example.com/"))).toBeUndefined();
    expect(userOf(ask(gate, token(), flooder, "https://public.example.com/"))).toBeUndefined();
    expect(statusOf(ask(gate, token(), flooder, "https://closed.example.com/"))).toBe(403);
    expect(statusOf(ask(gate, "junk"))).toBe(302);
    expect(statusOf(gate.request({ url: app, source: flooder, headers: [browser] }))).toBe(302);
    const both = gate.request({ url: app, source: flooder, headers: [sessionCookie("junk"), sessionCookie(forged())] });
    expect(statusOf(both)).toBe(429);
  });

  test("tokens that are wrong at first sight cost nothing", () => {
    const gate = startGate();
    for (const changed of [{ exp: NOW, session_exp: NOW }, { aud: "example.net" }, { iss: "https://evil.example" }])
      for (let i = 0; i < SHARE; i++) expect(statusOf(ask(gate, token({ ...changed, sid: `${i}` })))).toBe(302);
    for (let i = 0; i < SHARE; i++) ask(gate, signToken(sessionKey, claims(), { kid: "another" }));
    expect(tally(flood(gate, SHARE + 2))).toEqual({ 302: SHARE + 1, 429: 1 });
  });

  test("whatever its port, and of one IPv6 network", () => {
    const gate = startGate();
    for (let i = 0; i <= SHARE; i++) ask(gate, forged(), `198.51.100.1:${2000 + i}`);
    expect(statusOf(ask(gate, forged(), "198.51.100.1:9"))).toBe(429);
    for (let i = 0; i <= SHARE; i++) ask(gate, forged(), `[2001:db8:1:2::${i.toString(16)}]:443`);
    expect(statusOf(ask(gate, forged(), "[2001:db8:1:2:ffff:ffff:ffff:ffff]:443"))).toBe(429);
    expect(someoneElse((_, n) => statusOf(ask(gate, token(), `[2001:db8:1:${n}::1]:443`)))).toBe(200);
  });

  test("that is not known, all share one", () => {
    const gate = startGate();
    const from = (source: string) =>
      gate.request({ url: app, headers: [sessionCookie(forged())], properties: { "source\0address": source } });
    for (let i = 0; i <= SHARE; i++) from(`pipe ${i}`);
    expect(statusOf(from("another pipe"))).toBe(429);
  });

  test("behind a proxy that is trusted, its visitors have a share each, and its connection is nobody's", () => {
    const gate = startPolling({}, {}, { trusted_proxies: ["198.51.100.1"] });
    const from = (visitor: string, value: string, source = flooder) => {
      const headers = [["x-forwarded-for", visitor] as const, sessionCookie(value)];
      return statusOf(gate.request({ url: app, source, headers, properties: connection(7) }));
    };
    const statuses = Array.from({ length: SHARE + 10 }, () => from("203.0.113.1", forged()));
    expect(tally(statuses)).toEqual({ 401: SHARE + 1, 429: 9 });
    expect(from("203.0.113.1", token())).toBe(429);
    expect(someoneElse((_, number) => from(`203.0.113.${number}`, token()))).toBe(200);
    // Whoever only says that it speaks for others is one client.
    const lie = (i: number) => from(`203.0.113.${i}`, forged(), "192.0.2.66:1");
    expect(tally(Array.from({ length: CONNECTION_SHARE + 10 }, (_, i) => lie(i)))).toEqual({
      401: CONNECTION_SHARE,
      429: 10,
    });
  });
});

describe("of everybody", () => {
  const address = (i: number) => `10.0.${i >> 8}.${i & 255}:1`;

  test("so many forged tokens are found out in a second, the last of them of newcomers only", () => {
    const gate = startGate();
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push(...flood(gate, 150, address(i)));
    // Of the last ten addresses a few each, or fewer where two share a place.
    const early = LIMIT - KEPT_FOR_NEWCOMERS;
    expect(tally(statuses)[302]).toBeGreaterThan(early + 1);
    expect(tally(statuses)[302]).toBeLessThanOrEqual(early + 10 * FEW + 1);
    expect(statusOf(ask(gate, token(), address(1)))).toBe(429);
    expect(someoneElse((source) => statusOf(ask(gate, token(), source)))).toBe(200);
    for (let i = 20; i < 300; i++) statuses.push(...flood(gate, 10, address(i)));
    expect(tally(statuses)[302]).toBe(LIMIT + 1);
    expect(someoneElse((source) => statusOf(ask(gate, token(), source)))).toBe(429);
    gate.clock.now += LATE_PERIOD;
    expect(statusOf(ask(gate, token(), address(1)))).toBe(200);
    setTime(gate, NOW + 1);
    expect(statusOf(ask(gate, token(), address(1)))).toBe(200);
  });

  test("the count begins anew when the clock is set back", () => {
    const gate = startGate();
    exhaust(gate);
    setTime(gate, NOW - 600);
    expect(tally(flood(gate, SHARE))).toEqual({ 302: SHARE });
  });

  test("each worker has its own", () => {
    const gate = startGate({}, { workers: 2 });
    exhaust(gate);
    const headers = [sessionCookie(token())];
    expect(statusOf(gate.workers[0]!.request({ url: app, source: flooder, headers }))).toBe(429);
    expect(statusOf(gate.workers[1]!.request({ url: app, source: flooder, headers }))).toBe(200);
  });
});
