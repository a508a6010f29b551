// Requests that come to a new worker before its bundle: each asks for it with a call of its own, for nothing else resumes it.
import { expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import type { NginxCall } from "../../../workshop/gate/proxy-wasm/nginx/nginx-call.ts";
import type { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { signToken } from "../../../workshop/gate/tokens.ts";
import { bundle, claims, NOW, portal, sessionCookie, sessionKey, signBundle, token } from "../gate.ts";
import { startPolling } from "./gate.ts";

const url = "https://public.example.com/";
const start = () => startPolling({}, {}, 1, false);
const give = (call: NginxCall, content = {}) => call.respond(200, [], signBundle(bundle(content)));
/** Calls of requests that bring the bundle, and those that only last as long. */
const fetches = ({ calls }: NginxProcess) =>
  calls.filter((call) => call.stream && call.headers.get("if-none-match") === undefined);
const others = ({ calls }: NginxProcess) => calls.filter((call) => call.headers.get("if-none-match") === "*");

test("one fetches it, the others' calls are empty ones, and all are decided by it", () => {
  const nginx = start();
  const alice = sessionCookie(token());
  const waiting = [
    nginx.request({ url }),
    nginx.request({ url: "https://app.example.com/", headers: [alice] }),
    nginx.request({ url: "https://app.example.com/" }),
    nginx.request({ url: "https://closed.example.com/" }),
  ];
  expect([fetches(nginx).length, others(nginx).length]).toEqual([1, 3]);
  give(fetches(nginx)[0]!);
  for (const call of others(nginx)) call.respond(304);
  expect(waiting.map(({ status }) => status)).toEqual([200, 200, 401, 403]);
  expect([nginx.calls, nginx.traps]).toEqual([[], []]);
  expect(nginx.request({ url }).status).toBe(200);
});

test("one whose empty call comes back before the bundle does fetches it too", () => {
  const nginx = start();
  const waiting = [nginx.request({ url }), nginx.request({ url })];
  const [slow] = fetches(nginx);
  others(nginx)[0]!.respond(304);
  expect(waiting[1]!.outcome.kind).toBe("paused");
  give(fetches(nginx)[1]!);
  expect(waiting[1]!.status).toBe(200);
  give(slow!);
  expect(waiting[0]!.status).toBe(200);
});

test("the poll that the first tick has begun is relied on as well", () => {
  const nginx = start();
  nginx.advance(100);
  const exchange = nginx.request({ url });
  expect([fetches(nginx).length, others(nginx).length]).toEqual([0, 1]);
  give(nginx.calls.find(({ stream }) => !stream)!);
  others(nginx)[0]!.respond(304);
  expect(exchange.status).toBe(200);
});

test("a host of the version before, which gives each the bundle, is as good", () => {
  const nginx = start();
  const waiting = [nginx.request({ url }), nginx.request({ url })];
  for (const call of [...nginx.calls]) give(call);
  expect(waiting.map(({ status }) => status)).toEqual([200, 200]);
});

test("a credential can be asked about once the bundle is there, by the same request", () => {
  const cookies = [{ domain: "example.com", portal, name: "zerohop_session", basic: ["authorization"] }];
  const nginx = start();
  const headers: Header[] = [["authorization", `Basic ${Buffer.from("alice:demo").toString("base64")}`]];
  const exchange = nginx.request({ url: "https://app.example.com/", headers });
  give(fetches(nginx)[0]!, { cookies });
  expect(exchange.outcome.kind).toBe("paused");
  const content = claims({ exp: NOW + 60, session_exp: NOW + 60 });
  const [question] = nginx.calls.filter(({ path }) => path === "/api/edge/basic");
  question!.respond(200, [], signToken(sessionKey, content, { typ: "zerohop-basic+jwt" }));
  expect(exchange.upstream.get("remote-user")).toBe("alice");
});

test("without a host, and with one whose bundle is no good, there is a 503, at once for those who come then", () => {
  const failures: readonly ((call: NginxCall) => void)[] = [
    (call) => call.fail(),
    (call) => call.respond(401),
    (call) => call.respond(500),
    (call) => call.respond(200, [], "no bundle"),
  ];
  for (const fall of failures) {
    const nginx = start();
    const exchange = nginx.request({ url });
    fall(fetches(nginx)[0]!);
    expect(exchange.status).toBe(503);
    expect(nginx.request({ url }).status).toBe(503);
    nginx.advance(400);
    const later = nginx.request({ url });
    expect(later.outcome.kind).toBe("paused");
    expect(nginx.request({ url }).status).toBe(503);
    give(nginx.calls.find(({ stream }) => stream === later)!);
    expect([later.status, nginx.request({ url }).status, nginx.traps]).toEqual([200, 200, []]);
  }
});

test("nobody waits longer than two seconds, and no more than 64 wait at a time", () => {
  const nginx = start();
  const requests = Array.from({ length: 100 }, () => nginx.request({ url }));
  expect(requests.filter(({ outcome }) => outcome.kind === "paused")).toHaveLength(64);
  nginx.advance(2100);
  expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([503]));
});

test("clients that go away while they wait leave their places", () => {
  const nginx = start();
  for (let i = 0; i < 64; i++) nginx.abort(nginx.request({ url }));
  nginx.advance(50);
  expect(nginx.request({ url }).status).toBe(503);
  nginx.advance(5100);
  expect(nginx.request({ url }).outcome.kind).toBe("paused");
});

test("whether a host answers again is found out, though clients have gone away while they waited for it", () => {
  const nginx = start();
  nginx.abort(nginx.request({ url }));
  const silent = nginx.request({ url });
  others(nginx)[0]!.fail();
  expect(silent.status).toBe(503);
  // The call of the one that went away is given up, and counts as a question no more.
  nginx.advance(5500);
  const later = nginx.request({ url });
  expect(later.outcome.kind).toBe("paused");
  give(nginx.calls.find(({ stream }) => stream === later)!);
  expect(later.status).toBe(200);
});
