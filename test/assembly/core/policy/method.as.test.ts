import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { isMethod, methodBit, OTHER_METHOD } from "../../../../assembly/core/policy/method";
import { length, placeBytes } from "../../memory/placed";

function bit(method: string): u32 {
  const at = placeBytes(method);
  return methodBit(at, length);
}

function isOne(text: string): bool {
  const at = placeBytes(text);
  return isMethod(at, length);
}

describe("a request method", () => {
  test("that a rule can name has a bit of its own", () => {
    const names =
      "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT COPY LOCK MKCOL MOVE PROPFIND PROPPATCH UNLOCK".split(" ");
    let bits: u32 = 0;
    for (let i = 0; i < names.length; i++) bits |= bit(names[i]);
    expect(popcnt(bits)).toBe(16);
  });

  test("that no rule can name has none", () => {
    const names: string[] = ["", "get", "GETS", "GE", "PURGE", "REPORT", "Get"];
    for (let i = 0; i < names.length; i++) expect(bit(names[i])).toBe(OTHER_METHOD);
  });

  test("is made of up to 32 upper-case letters", () => {
    expect(isOne("GET")).toBe(true);
    expect(isOne("PURGE")).toBe(true);
    expect(isOne("M".repeat(32))).toBe(true);
    const malformed: string[] = [
      "",
      "get",
      "GeT",
      "GET ",
      "M-SEARCH",
      "G\0T",
      "GET\n",
      "M".repeat(33),
      "G3T",
      "[GET",
      "@",
    ];
    for (let i = 0; i < malformed.length; i++) expect(isOne(malformed[i])).toBe(false);
  });
});
