// How many sessions a gate knows at a time with its default settings, and what memory they take.
import { describe, expect, test } from "vitest";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import {
  browser,
  bundle,
  NOW,
  sessionCookie,
  setTime,
  startGate,
  startPolling,
  startWith,
  statusOf,
  token,
} from "./gate.ts";

const app = "https://app.example.com/";
const renewPath = "/api/edge/renew";
const SESSIONS = 20_000;
const MIB = 1_048_576;

/** Whom a token is good for; undefined for nobody. */
function visit(gate: ProxyProcess, value: string): string | undefined {
  const exchange = gate.request({ url: app, headers: [sessionCookie(value)] });
  return exchange.outcome.kind === "continued" ? exchange.upstream.get("remote-user") : undefined;
}

function verificationsOf(gate: ProxyProcess): number {
  gate.advance(500);
  return Number(gate.metrics.value("zerohop.verifications") ?? 0n);
}

const bytesOf = (gate: ProxyProcess): number => {
  gate.advance(500);
  return Number(gate.metrics.value("zerohop.cache_bytes") ?? 0n);
};

test("a worker knows 20,000 people at 300 bytes each, their names included, and takes memory for them as they come", {
  timeout: 120_000,
}, () => {
  const gate = startGate();
  const { memory } = gate.workers[0]!.instance;
  expect(memory.size).toBeLessThan(8 * MIB);
  const tokens = Array.from({ length: SESSIONS }, (_, i) =>
    token({ sub: `user ${i}`, sid: `sid ${i} of 22 characters`.slice(0, 22), groups: ["staff", `team ${i % 50}`] }),
  );
  const strangers = () => tokens.filter((value, i) => visit(gate, value) !== `user ${i}`).length;
  expect(strangers()).toBe(0);
  const { size } = memory;
  expect(bytesOf(gate) / SESSIONS).toBeLessThan(300);
  expect(gate.metrics.value("zerohop.cache_sessions")).toBe(BigInt(SESSIONS));
  expect(gate.metrics.value("zerohop.cache_limit_bytes")).toBe(BigInt(32 * MIB));
  expect(verificationsOf(gate)).toBe(SESSIONS);
  expect(strangers()).toBe(0);
  expect(verificationsOf(gate)).toBe(SESSIONS);
  expect(memory.size).toBe(size);
});

test("sessions of one person share their name and groups, however long, and those of one group list that", () => {
  const gate = startGate();
  // What there is from the first session on is not of each.
  visit(gate, token());
  const groups = Array.from({ length: 40 }, (_, i) => `a group with a long name, number ${i}`);
  const sessions = (count: number, from: number, claims: (i: number) => object) => {
    const before = bytesOf(gate);
    for (let i = from; i < from + count; i++)
      expect(visit(gate, token({ sid: `s${i}`, groups, ...claims(i) }))).toBeDefined();
    return (bytesOf(gate) - before) / count;
  };
  expect(sessions(1000, 0, () => ({ sub: "alice", name: "n".repeat(300) }))).toBeLessThan(300);
  expect(sessions(1000, 1000, (i) => ({ sub: `user ${i}`, email: `user-${i}@example.com` }))).toBeLessThan(300);
});

test("beyond its limit a session costs one signature, and none is refused; memory stays within the limit", {
  timeout: 120_000,
}, () => {
  const limit = MIB / 2;
  const gate = startWith({ bundle: bundle(), cache_bytes: limit });
  const tokens = Array.from({ length: 6000 }, (_, i) =>
    token({ sub: `user ${i}`, sid: `${i}`, groups: [`team ${i % 9}`] }),
  );
  const strangers = () => tokens.filter((value, i) => visit(gate, value) !== `user ${i}`).length;
  for (let round = 1; round <= 3; round++) {
    expect(strangers()).toBe(0);
    expect(verificationsOf(gate)).toBeLessThanOrEqual(round * tokens.length);
    expect(bytesOf(gate)).toBeLessThanOrEqual(limit);
  }
  expect(Number(gate.metrics.value("zerohop.cache_forgotten"))).toBeGreaterThan(6000);
  // Those that came last are known.
  const known = verificationsOf(gate);
  for (const value of tokens.slice(-1000)) visit(gate, value);
  expect(verificationsOf(gate)).toBe(known);
});

describe("where there is room for fewer sessions than come", () => {
  /** A gate that asks a host, where nobody is believed longer than their lease. */
  function startSmall(): ProxyProcess {
    const gate = startPolling({}, {}, { cache_bytes: MIB / 2 });
    setTime(gate, NOW + 100);
    return gate;
  }

  const questions = (gate: ProxyProcess) => [...gate.calls].filter(({ headers }) => headers.get(":path") === renewPath);

  /** The host gives all that it is asked about a new lease of this session. */
  function renew(gate: ProxyProcess, claims: object): number {
    const cookie = `zerohop_session=${token({ ...claims, iat: NOW + 100, exp: NOW + 160 })}; Path=/`;
    const asked = questions(gate);
    for (const call of asked) call.respond({ status: 204, headers: [["set-cookie", cookie]] });
    return asked.length;
  }

  test("each whose lease has run out is asked about, though their groups take all of it", () => {
    const gate = startSmall();
    const lost: string[] = [];
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 150; i++) {
        const claims = {
          sid: `s${i}`,
          sub: `user ${i}`,
          groups: Array.from({ length: 100 }, (_, j) => `team ${i} ${j}`),
        };
        const exchange = gate.request({ url: app, headers: [browser, sessionCookie(token(claims))] });
        for (let tick = 0; exchange.outcome.kind === "paused" && tick < 4; tick++) {
          renew(gate, claims);
          gate.advance(50);
        }
        if (exchange.upstream?.get("remote-user") !== claims.sub) lost.push(claims.sub);
      }
    expect(lost).toEqual([]);
    expect(bytesOf(gate)).toBeLessThanOrEqual(MIB / 2);
  });

  test("one that makes way while the host is asked about it is asked about once more", () => {
    const gate = startSmall();
    const claims = { sid: "waits" };
    const exchange = gate.request({ url: app, headers: [browser, sessionCookie(token(claims))] });
    expect(questions(gate)).toHaveLength(1);
    for (let i = 0; i < 3000; i++)
      gate
        .request({ url: app, headers: [sessionCookie(token({ sid: `${i}`, iat: NOW + 100, exp: NOW + 160 }))] })
        .close();
    expect(renew(gate, claims)).toBe(1);
    expect(renew(gate, claims)).toBe(1);
    expect(statusOf(exchange)).toBe(200);
  });
});

test("a session whose id is longer than the host's is known too", () => {
  const gate = startGate();
  for (const length of [22, 23, 36, 400]) {
    const value = token({ sid: "i".repeat(length) });
    const before = verificationsOf(gate);
    for (let i = 0; i < 3; i++) expect(visit(gate, value)).toBe("alice");
    expect(verificationsOf(gate) - before).toBe(1);
  }
});

test("none of 20,000 short sessions makes way for another, wherever their digests lie", { timeout: 120_000 }, () => {
  const short = { name: "", email: "", groups: [] };
  const tokens = Array.from({ length: SESSIONS }, (_, i) => token({ sub: `${i}`, sid: `${i}`, ...short }));
  for (let i = 0; i < 2; i++) {
    // Where they lie depends on the moment of the gate's start.
    const gate = startGate({}, { now: NOW * 1000 + i });
    for (const value of [...tokens, ...tokens]) gate.request({ url: app, headers: [sessionCookie(value)] }).close();
    expect(verificationsOf(gate)).toBe(SESSIONS);
  }
});

test("forged tokens, however many, take no memory", () => {
  const gate = startGate();
  const { memory } = gate.workers[0]!.instance;
  const good = token();
  expect(visit(gate, good)).toBe("alice");
  const { size } = memory;
  for (let i = 0; i < 20_000; i++) {
    if (i % 100 === 0) gate.advance(100);
    expect(visit(gate, `${good.slice(0, -10)}${String(i).padStart(8, "A")}${good.slice(-2)}`)).toBeUndefined();
  }
  expect(memory.size).toBe(size);
  expect(verificationsOf(gate)).toBeGreaterThan(5000);
});
