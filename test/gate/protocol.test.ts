// The gate names the protocol that it speaks in its questions, and says once when the host's answers name another.
import { describe, expect, test } from "vitest";
import { protocol } from "../../host/gates/edge/protocol.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import {
  bundle,
  hostCluster,
  NOW,
  pollingConfiguration,
  sessionCookie,
  signBundle,
  startWith,
  statusOf,
  token,
} from "./gate.ts";

const start = () => startWith(pollingConfiguration(), { clusters: [hostCluster] });
const lines = (gate: ProxyProcess) =>
  gate.log.filter(({ message }) => /protocol/.test(message)).map(({ level, message }) => `${level}: ${message}`);

/** The host answers the next poll, with the bundle or without news. */
function answer(gate: ProxyProcess, named: string | null, status = 200): void {
  gate.advance(100);
  gate.calls.oldest.respond({ status, protocol: named, body: status === 200 ? signBundle(bundle()) : "" });
  gate.advance(100);
}

test("polls and questions name the protocol, the same as the host's", () => {
  const gate = start();
  gate.advance(100);
  expect(gate.calls.oldest.headers.get("x-zerohop-protocol")).toBe(String(protocol));
  answer(gate, String(protocol));
  const session = sessionCookie(token({ iat: NOW - 100, exp: NOW - 10 }));
  gate.request({ url: "https://app.example.com/", headers: [session] });
  const question = [...gate.calls].find(({ headers }) => headers.get(":path") === "/api/edge/renew");
  expect(question!.headers.get("x-zerohop-protocol")).toBe(String(protocol));
  expect(lines(gate)).toEqual([]);
});

describe("of a host with another protocol", () => {
  test.each([
    ["none, as the release before", null, "warn", 1, "they go together, but the next release may not; update the host"],
    ["the next one", "3", "warn", 3, "they go together, but the next release may not; update the gate"],
    ["a later one", "12", "error", 12, "they may not understand each other; update the gate"],
    ["something else", "2x", "error", 0, "they may not understand each other; update the host"],
    ["a long one", "20000", "error", 0, "they may not understand each other; update the host"],
    ["nothing", "", "error", 0, "they may not understand each other; update the host"],
  ] as const)("that names %s, the gate says so once, and decides all the same", (_, named, level, theirs, outlook) => {
    const gate = start();
    answer(gate, named);
    for (let i = 0; i < 3; i++) answer(gate, named, 304);
    expect(lines(gate)).toEqual([`${level}: zerohop: the host speaks protocol ${theirs}, this gate 2: ${outlook}`]);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(200);
    expect(statusOf(gate.request({ url: "https://closed.example.com/" }))).toBe(403);
  });

  test("that is updated, the gate says nothing more, and speaks up when the old one comes back", () => {
    const gate = start();
    for (const named of [null, "2", "2", null]) answer(gate, named, gate.log.length === 0 ? 200 : 304);
    expect(lines(gate)).toHaveLength(2);
  });

  test("an answer that a proxy makes up in the host's place says nothing", () => {
    const gate = start();
    answer(gate, null, 502);
    expect(lines(gate)).toEqual([]);
  });
});
