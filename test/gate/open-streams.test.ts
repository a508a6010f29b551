// WebSockets, event streams and gRPC, which outlive the moment in which they were let in: closed when the session that opened them is
// taken back or ends, and no others.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { type Claims, signToken } from "../../workshop/gate/tokens.ts";
import {
  claims,
  domain,
  NOW,
  portal,
  publish,
  sessionCookie,
  sessionKey,
  setTime,
  startPolling,
  statusOf,
  token,
} from "./gate.ts";

const url = "https://app.example.com/socket";
const upgrade: Header[] = [
  ["upgrade", "websocket"],
  ["connection", "upgrade"],
];

/** A connection that the backend has taken. */
function open(gate: ProxyProcess, value: string, worker = 0): Exchange {
  const exchange = gate.workers[worker]!.request({ url, headers: [...upgrade, sessionCookie(value)] });
  if (statusOf(exchange) === 200) exchange.respond(101);
  return exchange;
}

/** An answer that has begun, to a request with this Accept. */
function ask(gate: ProxyProcess, value: string, accept: string, type: string, method = "GET"): Exchange {
  const exchange = gate.request({ url, method, headers: [["accept", accept], sessionCookie(value)] });
  exchange.respond(200, [["content-type", type]], "data: hello\n\n");
  return exchange;
}

const events = "text/event-stream";
const isOpen = ({ outcome }: Exchange) => outcome.kind === "continued";

/** Time for the gate to have looked at all of its connections. */
const ROUND = (16_384 / 32) * 50;

describe("an open connection is closed", () => {
  test("when its session is revoked, and no other is", () => {
    const gate = startPolling({}, { workers: 2 });
    const gone = token({ sid: "gone" });
    const sockets = [
      open(gate, gone),
      open(gate, gone),
      open(gate, token()),
      open(gate, gone, 1),
      open(gate, token(), 1),
    ];
    gate.advance(ROUND);
    expect(sockets.map(isOpen)).toEqual([true, true, true, true, true]);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(sockets.map(isOpen)).toEqual([false, false, true, false, true]);
  });

  test("when its user's tokens from before a moment are revoked", () => {
    const gate = startPolling();
    const sockets = [open(gate, token()), open(gate, token({ iat: NOW + 1 })), open(gate, token({ sub: "bob" }))];
    publish(gate, { version: 2, not_before: { alice: NOW + 1 } });
    expect(sockets.map(isOpen)).toEqual([false, true, true]);
  });

  test("at the end of its session, not at the end of its lease", () => {
    const gate = startPolling();
    const socket = open(gate, token({ exp: NOW + 60, session_exp: NOW + 600 }));
    const other = open(gate, token());
    setTime(gate, NOW + 599 - ROUND / 1000);
    gate.advance(ROUND);
    expect([isOpen(socket), isOpen(other)]).toEqual([true, true]);
    gate.advance(ROUND + 2000);
    expect([isOpen(socket), isOpen(other)]).toEqual([false, true]);
  });

  test("when it has waited for the host before", () => {
    const gate = startPolling();
    setTime(gate, NOW + 300);
    const socket = gate.request({ url, headers: [...upgrade, sessionCookie(token({ sid: "gone" }))] });
    const renewed = token({ sid: "gone", iat: NOW + 300, exp: NOW + 360 });
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
    call!.respond({ status: 204, headers: [["set-cookie", `zerohop_session=${renewed}`]] });
    expect(isOpen(socket)).toBe(true);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(socket)).toBe(false);
  });

  test("when it was opened with a credential whose user's tokens are revoked", () => {
    const cookies = [{ domain, portal, name: "zerohop_session", basic: ["authorization"] }];
    const gate = startPolling({ cookies });
    const socket = gate.request({ url, headers: [...upgrade, ["authorization", "Basic YWxpY2U6ZGVtbw=="]] });
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/basic");
    call!.respond({ status: 200, body: signToken(sessionKey, claims(), { typ: "zerohop-basic+jwt" }) });
    expect(isOpen(socket)).toBe(true);
    setTime(gate, NOW + 3000);
    gate.advance(ROUND);
    expect(isOpen(socket)).toBe(true);
    publish(gate, { version: 2, iat: NOW + 3000, cookies, not_before: { alice: NOW + 1 } });
    expect(isOpen(socket)).toBe(false);
  });

  test("also when an extended CONNECT opened it", () => {
    const gate = startPolling();
    const socket = gate.request({
      url,
      method: "CONNECT",
      headers: [[":protocol", "websocket"], sessionCookie(token({ sid: "gone" }))],
    });
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(socket)).toBe(false);
  });
});

describe("an event stream is closed", () => {
  const gone = token({ sid: "gone" });

  test.each([
    ["an EventSource asked for it", events, events],
    ["its Accept names other types too", "application/json, text/event-stream;q=0.9", events],
    ["a proxy has not seen its response yet", ` ,\tTEXT/event-stream`, "text/plain"],
    ["a script's fetch got it", "*/*", "text/event-stream; charset=utf-8"],
    ["a program of OpenAI's interface got it", "application/json", "Text/Event-Stream"],
  ])("with its session, where %s", (_, accept, type) => {
    const gate = startPolling();
    const [own, post, other] = [
      ask(gate, gone, accept, type),
      ask(gate, gone, accept, type, "POST"),
      ask(gate, token(), accept, type),
    ];
    gate.advance(ROUND);
    expect([own, post, other].map(isOpen)).toEqual([true, true, true]);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect([own, post, other].map(isOpen)).toEqual([false, false, true]);
  });

  test("as soon as the host says that its session is over", () => {
    const gate = startPolling();
    const [own, other] = [ask(gate, gone, events, events), ask(gate, token(), events, events)];
    setTime(gate, NOW + 300);
    gate.request({ url, headers: [sessionCookie(gone)] });
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
    call!.respond({ status: 410 });
    expect([own, other].map(isOpen)).toEqual([false, true]);
  });

  test("whose session is to have a new lease", () => {
    const gate = startPolling();
    setTime(gate, NOW + 50);
    const own = ask(gate, gone, "*/*", events);
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
    call!.respond({ status: 204 });
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(own)).toBe(false);
  });

  test.each([503, 422, 204])(
    "whose session was asked about before its response came, and got no new lease: %s",
    (status) => {
      const gate = startPolling({ outage_grace: 900 });
      setTime(gate, NOW + 50);
      const own = gate.request({ url, headers: [["accept", "*/*"], sessionCookie(gone)] });
      const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
      call!.respond({ status });
      own.respond(200, [["content-type", events]], "data: hello\n\n");
      publish(gate, { version: 2, revoked_sessions: ["gone"] });
      expect(isOpen(own)).toBe(false);
    },
  );

  test("whose session the host said to be over before its response came", () => {
    const gate = startPolling();
    setTime(gate, NOW + 50);
    const own = gate.request({ url, headers: [["accept", "*/*"], sessionCookie(gone)] });
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
    call!.respond({ status: 410 });
    own.respond(200, [["content-type", events]], "data: hello\n\n");
    gate.advance(ROUND);
    expect(isOpen(own)).toBe(false);
  });

  test("whose response comes after thousands of other requests", () => {
    const gate = startPolling();
    const own = gate.request({ url, headers: [["accept", "*/*"], sessionCookie(gone)] });
    for (let i = 0; i < 3000; i++)
      gate.request({ url, headers: [["accept", "*/*"], sessionCookie(token())] }).respond(200);
    own.respond(200, [["content-type", events]], "data: hello\n\n");
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(own)).toBe(false);
  });

  test("in whose slot another request waits for the host", () => {
    const gate = startPolling();
    setTime(gate, NOW + 300);
    const { instance } = gate.workers[0]!;
    const waiting = gate.request({ url, headers: [["accept", "*/*"], sessionCookie(token({ sid: "slow" }))] });
    instance.lastId = waiting.id + 1023;
    const live = token({ sid: "gone", iat: NOW + 300, exp: NOW + 360 });
    const own = ask(gate, live, "*/*", events);
    expect(waiting.outcome.kind).toBe("paused");
    const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
    call!.respond({ status: 410 });
    publish(gate, { version: 2, iat: NOW + 300, revoked_sessions: ["gone"] });
    expect(own.id % 1024).toBe(waiting.id % 1024);
    expect(isOpen(own)).toBe(false);
  });

  test("of a user whose name is as long as a token can hold", () => {
    const gate = startPolling();
    const sub = "x".repeat(2000);
    const streams = [
      ask(gate, token({ sub }), events, events),
      open(gate, token({ sub })),
      ask(gate, token(), events, events),
    ];
    publish(gate, { version: 2, not_before: { [sub]: NOW + 1 } });
    expect(streams.map(isOpen)).toEqual([false, false, true]);
  });
});

test.each(["application/grpc", "application/grpc+proto", "Application/gRPC-Web"])(
  "a call of %s is closed with its session",
  (type) => {
    const gate = startPolling();
    const call = (value: string) =>
      gate.request({ url, method: "POST", headers: [["content-type", type], sessionCookie(value)] });
    const [own, other] = [call(token({ sid: "gone" })), call(token())];
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect([own, other].map(isOpen)).toEqual([false, true]);
  },
);

describe("left alone is", () => {
  test.each(["text/html", "application/octet-stream", "text/event-streams", "application/json"])(
    "a download of %s",
    (type) => {
      const gate = startPolling();
      const download = ask(gate, token({ sid: "gone" }), "*/*", type);
      publish(gate, { version: 2, revoked_sessions: ["gone"] });
      expect(isOpen(download)).toBe(true);
    },
  );

  test("the answer to who asks for a page: its type is not looked at", () => {
    const gate = startPolling();
    const page = ask(gate, token({ sid: "gone" }), "text/html,*/*;q=0.8", "text/html");
    const calls = page.hostCalls.length;
    page.respond(200, [["content-type", events]], "data: hello\n\n");
    expect(page.hostCalls.length).toBe(calls);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(page)).toBe(true);
  });

  test("an event stream that no session opened", () => {
    const gate = startPolling();
    const stream = gate.request({ url: "https://public.example.com/", headers: [["accept", events]] });
    stream.respond(200, [["content-type", events]], "data: hello\n\n");
    publish(gate, { version: 2, revoked_sessions: ["gone"], not_before: { alice: NOW + 1 } });
    expect(isOpen(stream)).toBe(true);
  });

  test("a connection that no session opened", () => {
    const gate = startPolling();
    const socket = gate.request({ url: "https://public.example.com/", headers: upgrade });
    publish(gate, { version: 2, revoked_sessions: ["gone"], not_before: { alice: NOW + 1 } });
    expect(isOpen(socket)).toBe(true);
  });

  test("a stream that has ended, and the one that follows in its place", () => {
    const gate = startPolling();
    open(gate, token({ sid: "gone" })).close();
    gate.advance(ROUND);
    const { instance } = gate.workers[0]!;
    instance.lastId += 16_383;
    const next = open(gate, token({ sid: "next" }));
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(next)).toBe(true);
    publish(gate, { version: 3, revoked_sessions: ["next"] });
    expect(isOpen(next)).toBe(false);
  });
});

describe("thousands of connections", () => {
  const value = token({ sid: "gone" });

  test("are all closed, in memory that does not grow", () => {
    const gate = startPolling();
    open(gate, value);
    const { memory } = gate.workers[0]!.instance;
    const size = memory.size;
    const sockets = Array.from({ length: 4000 }, () => open(gate, value));
    expect(sockets.every(isOpen)).toBe(true);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(sockets.filter(isOpen)).toEqual([]);
    expect(memory.size).toBe(size);
  });

  test("more than the gate can watch over: none that is open goes unwatched, and other sessions' stay", () => {
    const gate = startPolling();
    const others = Array.from({ length: 20 }, () => open(gate, token()));
    const sockets = Array.from({ length: 20_000 }, () => open(gate, value));
    const kept = sockets.filter(isOpen).length;
    expect(kept).toBeGreaterThan(16_000);
    expect(kept).toBeLessThanOrEqual(16_384);
    expect(others.every(isOpen)).toBe(true);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(sockets.filter(isOpen)).toEqual([]);
    expect(others.every(isOpen)).toBe(true);
    expect(gate.traps).toEqual([]);
  });

  test("that are gone again do not push out one that is open", () => {
    const gate = startPolling();
    const socket = open(gate, value);
    for (let i = 0; i < 20_000; i++) open(gate, token5).close();
    expect(isOpen(socket)).toBe(true);
    publish(gate, { version: 2, revoked_sessions: ["gone"] });
    expect(isOpen(socket)).toBe(false);
  });

  test("leave the request that comes next its own: who is asking, and what the access log says of it", () => {
    const gate = startPolling({}, {}, { access_log: "all" });
    const sockets = Array.from({ length: 4096 }, () => open(gate, value));
    const next = open(gate, token({ sub: "bob" }));
    expect(next.upstream.get("remote-user")).toBe("bob");
    expect(next.filterState.get("zerohop.user")!.toString()).toBe("bob");
    expect(sockets.map(({ filterState }) => filterState.get("zerohop.user")!.toString())).not.toContain("bob");
  });

  const token5 = token({ sid: "another" });
});

test("streams whose numbers come again are no longer what they were", () => {
  const gate = startPolling({ outage_grace: 900 });
  const { instance } = gate.workers[0]!;
  setTime(gate, NOW + 50);
  const ask = (changed: Claims): Exchange =>
    gate.request({ url: "https://app.example.com/", headers: [sessionCookie(token(changed))] });
  const renewed = ask({ sid: "mine" });
  const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
  const cookie = `zerohop_session=${token({ sid: "mine", iat: NOW + 50, exp: NOW + 110 })}`;
  call!.respond({ status: 204, headers: [["set-cookie", cookie]] });
  // The client goes before the backend has answered; 2^32 streams later another one has its number.
  renewed.close();
  instance.lastId = renewed.id - 1;
  const stranger = gate.request({ url: "https://public.example.com/" });
  expect(stranger.id).toBe(renewed.id);
  stranger.respond(200);
  expect(stranger.response!.headers.all("set-cookie")).toEqual([]);
});
