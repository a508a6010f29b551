// Whatever a client sends, the plugin answers: no trap, no misuse of a host function, and nobody in who may not be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { browser } from "../gate.ts";
import { app, session, startPlugin, userOf, visit } from "./plugin.ts";

const host = startPlugin();

describe("hostile headers", () => {
  test.each([
    ["a thousand lines", Array.from({ length: 1000 }, (_, i): Header => [`x-${i}`, "y".repeat(50)]), 200],
    ["a megabyte in one", [["x-a", "y".repeat(1_000_000)]], 200],
    ["a megabyte of cookies", [["cookie", `a=${"y".repeat(1_000_000)}`]], 200],
    ["32 lines of cookies with the session", Array.from({ length: 31 }, (_, i): Header => ["cookie", `c${i}=1`]), 200],
    ["too many lines of cookies", Array.from({ length: 40 }, (_, i): Header => ["cookie", `c${i}=1`]), 400],
    [
      "bytes that are no text",
      [
        ["x-a", "\x80\xff\xfe"],
        ["cookie", "\x80=\xff; a"],
      ],
      200,
    ],
    ["an address that is none", [["x-forwarded-for", "evil"]], 200],
    ["a cookie named like the session in another case", [["cookie", "ZEROHOP_SESSION=x"]], 200],
  ] as [string, Header[], number][])("%s: %#", (_name, headers, status) => {
    const exchange = visit(host, app, [...headers, session()]);
    expect(exchange.status).toBe(status);
    if (status === 200) expect(userOf(exchange)).toBe("alice");
    expect(host.traps).toEqual([]);
  });

  test("a long path and a long host are answered", () => {
    expect(visit(host, `${app}${"a".repeat(500_000)}`, [session()]).status).toBe(200);
    expect(visit(host, `${app}?${"a".repeat(500_000)}`, [browser]).status).toBe(302);
    expect(visit(host, `https://${"a".repeat(10_000)}.example.com/`, [session()]).status).toBe(400);
    expect(visit(host, app, [session()], "A".repeat(10_000)).status).toBe(400);
  });

  test("two different sessions are refused, and two leases of one are not", () => {
    const both = (...cookies: Header[]) => visit(host, app, cookies).status;
    expect(both(session(), session({ sub: "bob" }))).toBe(400);
    const sid = "one";
    expect(both(session({ sid }), session({ sid, level: 2 }))).toBe(200);
  });

  test("a scheme that is said twice, or not at all, is refused", () => {
    const twice: Header[] = [
      ["x-forwarded-proto", "https"],
      ["x-forwarded-proto", "http"],
    ];
    expect(host.request({ url: app, headers: [...twice, session()], isTrusted: true }).status).toBe(400);
    expect(host.request({ url: app, headers: [["x-forwarded-proto", "http"], session()] }).status).toBe(200);
    expect(host.request({ url: app.replace("https", ""), headers: [session()] }).status).toBe(400);
  });
});

test("any bytes at all get an answer, and let nobody in", () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) });
  const names = ["cookie", "authorization", "accept", "x-requested-with", "x-forwarded-proto", "remote-user", "x-a"];
  const value = fc.oneof(
    bytes,
    bytes.map((text) => `zerohop_session=${text}`),
  );
  fc.assert(
    fc.property(bytes, bytes, fc.array(fc.tuple(fc.constantFrom(...names), value)), (path, method, headers) => {
      const exchange = visit(host, `https://app.example.com/${path}`, headers, method);
      expect(exchange.status).toBeGreaterThanOrEqual(300);
      expect(host.traps).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
