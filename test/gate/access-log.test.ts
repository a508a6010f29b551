// What a proxy's access log can say of a request: who asked, which rule answered and how.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { browser, NOW, sessionCookie, setTime, startPolling, token } from "./gate.ts";

const session = sessionCookie(token({ sid: "the session" }));

const start = (access_log?: string) => startPolling({ outage_grace: 0 }, {}, { access_log });
const ask = (gate: ProxyProcess, host: string, headers = [browser, session]) =>
  gate.request({ url: `https://${host}.example.com/`, headers });

/** Outcome, rule and user as the log shows them, where it shows anything. */
function logged({ filterState }: Exchange): readonly (string | undefined)[] | undefined {
  if (filterState.size === 0) return undefined;
  return ["outcome", "rule", "user"].map((name) => filterState.get(`zerohop.${name}`)?.toString());
}

describe("access_log", () => {
  test("refused, the default, is told of what did not reach the backend", () => {
    for (const gate of [start(), start("refused")]) {
      expect(logged(ask(gate, "app"))).toBeUndefined();
      expect(logged(ask(gate, "public"))).toBeUndefined();
      expect(logged(ask(gate, "closed"))).toEqual(["deny", "5", "alice"]);
      expect(logged(ask(gate, "nowhere"))).toEqual(["deny", "0", "alice"]);
      expect(logged(ask(gate, "two"))).toEqual(["login", "4", "alice"]);
      expect(logged(ask(gate, "app", [browser]))).toEqual(["login", "2", undefined]);
      expect(logged(gate.request({ url: "https://app.example.net/" }))).toEqual(["refuse", undefined, undefined]);
    }
  });

  test("all is told of every request, the portal's own included", () => {
    const gate = start("all");
    expect(logged(ask(gate, "app"))).toEqual(["allow", "2", "alice"]);
    expect(logged(ask(gate, "public", [browser]))).toEqual(["allow", "1", undefined]);
    expect(logged(ask(gate, "closed"))).toEqual(["deny", "5", "alice"]);
    expect(logged(ask(gate, "auth"))).toEqual(["portal", undefined, undefined]);
  });

  test("off is told nothing", () => {
    const gate = start("off");
    for (const host of ["app", "closed", "two", "public"]) expect(logged(ask(gate, host))).toBeUndefined();
  });
});

test("a request that waited for the host is told of when it is decided, as its own", () => {
  const gate = start("all");
  setTime(gate, NOW + 300);
  const exchanges = [ask(gate, "app"), ask(gate, "closed"), ask(gate, "two")];
  expect(exchanges.map(logged)).toEqual([undefined, undefined, undefined]);
  const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
  const renewed = token({ sid: "the session", sub: "bob", iat: NOW + 300, exp: NOW + 360 });
  call!.respond({ status: 204, headers: [["set-cookie", `zerohop_session=${renewed}`]] });
  expect(exchanges.map(logged)).toEqual([
    ["allow", "2", "bob"],
    ["deny", "5", "bob"],
    ["login", "4", "bob"],
  ]);
});

test("a request that waited in vain is told of as refused, as nobody's", () => {
  const gate = start();
  setTime(gate, NOW + 300);
  const exchange = ask(gate, "app");
  gate.advance(2200);
  expect(logged(exchange)).toEqual(["refuse", undefined, undefined]);
});

test("no token and no credential is told, and none is in the log lines", () => {
  const gate = start("all");
  const exchange = ask(gate, "app", [session, ["authorization", "Basic c2VjcmV0OnNlY3JldA=="]]);
  const told =
    JSON.stringify([...exchange.filterState].map(([name, value]) => [name, value.toString()])) +
    JSON.stringify(gate.log);
  expect(told).not.toContain(session[1].slice(30, 60));
  expect(told).not.toContain("c2VjcmV0");
});
