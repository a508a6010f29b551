// How many sessions a gate knows at a time with its default settings, and what memory they take.
import { expect, test } from "vitest";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { NOW, sessionCookie, startGate, token } from "./gate.ts";

const app = "https://app.example.com/";
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

test("a worker knows 20,000 sessions by default, and takes memory for them as they come", { timeout: 120_000 }, () => {
  const gate = startGate();
  const { memory } = gate.workers[0]!.instance;
  const atFirst = memory.size;
  expect(atFirst).toBeLessThan(8 * MIB);
  const tokens = Array.from({ length: SESSIONS }, (_, i) =>
    token({ sub: `user ${i}`, groups: ["staff", `team ${i % 50}`] }),
  );
  const strangers = () => tokens.filter((value, i) => visit(gate, value) !== `user ${i}`).length;
  expect(strangers()).toBe(0);
  const { size } = memory;
  expect((size - atFirst) / SESSIONS).toBeLessThan(600);
  expect(verificationsOf(gate)).toBe(SESSIONS);
  expect(strangers()).toBe(0);
  expect(verificationsOf(gate)).toBe(SESSIONS);
  expect(memory.size).toBe(size);
});

test("none of 20,000 short sessions makes way for another, wherever their digests lie", { timeout: 120_000 }, () => {
  const short = { name: "", email: "", groups: [] };
  const tokens = Array.from({ length: SESSIONS }, (_, i) => token({ sub: `${i}`, sid: `${i}`, ...short }));
  for (let i = 0; i < 3; i++) {
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
