// `drop_session_set_cookie`: an application's Set-Cookie of a session's name does not get to the browser; all else does.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import type { Claims } from "../../workshop/gate/tokens.ts";
import { browser, bundle, NOW, sessionCookie, setTime, startPolling, startWith, token } from "./gate.ts";

const cookies = [
  { domain: "example.com", portal: "https://auth.example.com:8443", name: "zerohop_session" },
  { domain: "example.net", portal: "https://login.example.net", name: "other" },
];
const start = (changed: Claims = { drop_session_set_cookie: true }) =>
  startWith({ bundle: bundle({ cookies }), ...changed });

/** What the browser gets of these lines. */
function passed(gate: ProxyProcess, lines: readonly string[], url = "https://public.example.com/"): readonly string[] {
  const exchange = gate.request({ url, headers: [browser] });
  exchange.respond(200, [["x-a", "1"], ...lines.map((line): Header => ["set-cookie", line]), ["x-b", "2"]]);
  expect([exchange.response!.headers.get("x-a"), exchange.response!.headers.get("x-b")]).toEqual(["1", "2"]);
  return exchange.response!.headers.all("set-cookie");
}

describe("with drop_session_set_cookie", () => {
  test("cookies of the name of any cookie domain's sessions are dropped, from any application", () => {
    const gate = start();
    for (const url of ["https://public.example.com/", "https://public.example.com:8443/x"])
      expect(
        passed(
          gate,
          ["zerohop_session=x; Domain=example.com", "a=1", "other=x", "=other=y", " zerohop_session\t= z"],
          url,
        ),
      ).toEqual(["a=1"]);
  });

  test("other cookies keep every byte and their order", () => {
    const gate = start();
    const session = fc.constantFrom("zerohop_session=x", " \t=zerohop_session =", "other=;Max-Age=0");
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'zerohop_session=; \t\xe9\x01,"') }),
      fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)) }),
      session,
    );
    fc.assert(
      fc.property(
        fc.array(
          line.filter((one) => !/[\r\n]/.test(one)),
          { maxLength: 12 },
        ),
        (lines) => {
          const isSession = /^[\x01- =]*(zerohop_session|other)[\x01- ]*=/;
          const expected = lines.filter((one) => !isSession.test(one));
          expect(passed(gate, lines)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
    expect(gate.traps).toEqual([]);
  });

  test("the portal's are left to it, at any of its names", () => {
    const gate = start();
    const lines = ["zerohop_session=x; Domain=example.com", "__Host-zerohop_session=y"];
    for (const url of ["https://auth.example.com:8443/login", "https://login.example.net/"])
      expect(passed(gate, lines, url)).toEqual(lines);
  });

  test("a renewed session gets its cookie beside what is left, whether the host is quick or slow", () => {
    for (const isQuick of [true, false]) {
      const gate = startPolling({ outage_grace: 900 }, {}, { drop_session_set_cookie: true });
      const mine = { sid: "the session" };
      setTime(gate, NOW + 46);
      const exchange = gate.request({ url: "https://app.example.com/", headers: [sessionCookie(token(mine))] });
      const [call] = [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
      const renewed = `zerohop_session=${token({ ...mine, iat: NOW + 46, exp: NOW + 106 })}; Path=/`;
      const renew = () => call!.respond({ status: 204, headers: [["set-cookie", renewed]] });
      if (isQuick) renew();
      exchange.respond(200, [
        ["set-cookie", "a=1"],
        ["set-cookie", "zerohop_session=evil"],
        ["set-cookie", "b=2"],
      ]);
      if (!isQuick) renew();
      expect(exchange.response!.headers.all("set-cookie")).toEqual(["a=1", "b=2", renewed]);
    }
  });

  test("a response without cookies takes one call to the proxy, one with other cookies two", () => {
    const gate = start();
    const callsFor = (headers: readonly Header[]) => {
      const exchange = gate.request({ url: "https://public.example.com/" });
      const before = exchange.hostCalls.length;
      exchange.respond(200, headers);
      return exchange.hostCalls.slice(before);
    };
    expect(callsFor([["x-a", "1"]])).toEqual(["proxy_get_header_map_value"]);
    expect(callsFor([["set-cookie", "a=1"]])).toEqual(["proxy_get_header_map_value", "proxy_get_header_map_pairs"]);
  });
});

test("without it a response is passed on with no call to the proxy", () => {
  for (const gate of [start({}), start({ drop_session_set_cookie: false })]) {
    const exchange = gate.request({ url: "https://public.example.com/" });
    const before = exchange.hostCalls.length;
    exchange.respond(200, [["set-cookie", "zerohop_session=x"]]);
    expect(exchange.hostCalls.length).toBe(before);
    expect(exchange.response!.headers.all("set-cookie")).toEqual(["zerohop_session=x"]);
  }
});
