// How many unknown tokens a gate verifies: enough for everybody who comes, too few for a flood to take the worker.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../support/proxy-wasm/exchange.ts";
import type { ProxyProcess } from "../support/proxy-wasm/proxy-process.ts";
import { signToken } from "../support/tokens.ts";
import {
  browser,
  claims,
  NOW,
  sessionCookie,
  sessionKey,
  setTime,
  startGate,
  startPolling,
  statusOf,
  token,
  userOf,
} from "./gate.ts";

const SHARE = 500;
const LIMIT = 2000;
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

/** How many statuses of each kind there are. */
function tally(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("on one connection", () => {
  test("fewer are verified than of one address, so that a newcomer on another connection is not starved", () => {
    const gate = startGate();
    const numbered = (number: number) => ({ "connection\0id": Buffer.from(BigUint64Array.of(BigInt(number)).buffer) });
    const statusOn = (number: number, value: string) =>
      statusOf(gate.request({ url: app, headers: [browser, sessionCookie(value)], properties: numbered(number) }));
    const statuses = Array.from({ length: 110 }, () => statusOn(7, forged()));
    expect(tally(statuses)).toEqual({ 302: 100, 429: 10 });
    expect(statusOn(8, token())).toBe(200);
  });
});

describe("of one address", () => {
  test("so many tokens are verified in a second, and what needs a login is a 429 beyond", () => {
    const gate = startGate();
    expect(tally(flood(gate, SHARE + 50))).toEqual({ 302: SHARE, 429: 50 });
    const refused = ask(gate, forged());
    expect(refused.answer.headers.get("retry-after")).toBe("5");
    expect(refused.answer.headers.get("cache-control")).toBe("no-store");
    expect(refused.answer.headers.get("location")).toBeUndefined();
    expect(refused.answer.headers.get("content-type")).toContain("text/html");
    setTime(gate, NOW + 1);
    expect(tally(flood(gate, SHARE + 1))).toEqual({ 302: SHARE, 429: 1 });
  });

  test("an unknown session waits its turn too, and a known one goes on", () => {
    const gate = startGate();
    const known = token({ sub: "bob" });
    expect(userOf(ask(gate, known))).toBe("bob");
    flood(gate, SHARE);
    expect(userOf(ask(gate, known))).toBe("bob");
    expect(userOf(ask(gate, known, "192.0.2.9:1"))).toBe("bob");
    const unknown = token();
    expect(statusOf(ask(gate, unknown))).toBe(429);
    expect(userOf(ask(gate, unknown, "192.0.2.9:1"))).toBe("alice");
  });

  test("nothing else is refused: what needs no login, and whoever sends no token", () => {
    const gate = startGate();
    flood(gate, SHARE + 1);
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
    expect(statusOf(ask(gate, token()))).toBe(200);
  });

  test("whatever its port, and of one IPv6 network", () => {
    const gate = startGate();
    for (let i = 0; i < SHARE; i++) ask(gate, forged(), `198.51.100.1:${2000 + i}`);
    expect(statusOf(ask(gate, forged(), "198.51.100.1:9"))).toBe(429);
    for (let i = 0; i < SHARE; i++) ask(gate, forged(), `[2001:db8:1:2::${i.toString(16)}]:443`);
    expect(statusOf(ask(gate, forged(), "[2001:db8:1:2:ffff:ffff:ffff:ffff]:443"))).toBe(429);
    expect(statusOf(ask(gate, token(), "[2001:db8:1:3::1]:443"))).toBe(200);
  });

  test("that is not known, all share one", () => {
    const gate = startGate();
    const from = (source: string) =>
      gate.request({ url: app, headers: [sessionCookie(forged())], properties: { "source\0address": source } });
    for (let i = 0; i < SHARE; i++) from(`pipe ${i}`);
    expect(statusOf(from("another pipe"))).toBe(429);
  });

  test("behind a proxy that is trusted, its visitors have a share each", () => {
    const settings = { trusted_proxies: ["198.51.100.1"] };
    const gate = startPolling({}, {}, settings);
    const from = (visitor: string, value: string) =>
      gate.request({ url: app, source: flooder, headers: [["x-forwarded-for", visitor], sessionCookie(value)] });
    for (let i = 0; i < SHARE; i++) from("203.0.113.1", forged());
    expect(statusOf(from("203.0.113.1", token()))).toBe(429);
    expect(statusOf(from("203.0.113.2", token()))).toBe(200);
  });
});

describe("of everybody", () => {
  test("so many are verified in a second", () => {
    const gate = startGate();
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push(...flood(gate, 150, `198.51.100.${i}:1`));
    expect(tally(statuses)).toEqual({ 302: LIMIT, 429: 3000 - LIMIT });
    expect(statusOf(ask(gate, token(), "192.0.2.9:1"))).toBe(429);
    setTime(gate, NOW + 1);
    expect(statusOf(ask(gate, token(), "192.0.2.9:1"))).toBe(200);
  });

  test("the count begins anew when the clock is set back", () => {
    const gate = startGate();
    flood(gate, SHARE + 1);
    setTime(gate, NOW - 600);
    expect(statusOf(ask(gate, token()))).toBe(200);
  });

  test("each worker has its own", () => {
    const gate = startGate({}, { workers: 2 });
    flood(gate, SHARE);
    const headers = [sessionCookie(token())];
    expect(statusOf(gate.workers[0]!.request({ url: app, source: flooder, headers }))).toBe(429);
    expect(statusOf(gate.workers[1]!.request({ url: app, source: flooder, headers }))).toBe(200);
  });
});
