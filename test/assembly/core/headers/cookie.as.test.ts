import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Cookie, CookieLine, cutCookie, findCookie } from "../../../../assembly/core/headers/cookie";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const NONE = "none";
const cookie: Cookie = changetype<Cookie>(memory.data(offsetof<Cookie>(), 8));
const line: CookieLine = changetype<CookieLine>(memory.data(offsetof<CookieLine>(), 8));
line.first = cookie;

/** The values of the cookies named `s`, with a bar between. */
function values(header: string): string {
  const name = placeBytes("s");
  const at = placeBytes(header);
  let found = "";
  let from = 0;
  let count = 0;
  while (true) {
    if (!findCookie(at, length, from, name, 1, cookie)) return count == 0 ? NONE : found;
    from = cookie.next;
    found += (count++ == 0 ? "" : "|") + bytesAt(cookie.valueAt, cookie.valueLength);
    if (count > 1000) throw new Error("does not end");
  }
}

/** The header without the cookies named `s`, or "unchanged". */
function without(header: string): string {
  const name = placeBytes("s");
  const at = placeBytes(header);
  line.at = at;
  line.length = length;
  return cutCookie(line, name, 1) ? bytesAt(line.at, line.length) : "unchanged";
}

describe("the session cookie", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is found wherever it stands", () => {
    expect(values("s=1")).toBe("1");
    expect(values("a=0; s=1; b=2")).toBe("1");
    expect(values("a=0;s=1;b=2")).toBe("1");
    expect(values("s=a=b==; c")).toBe("a=b==");
  });

  test("is found as often as it is there", () => {
    expect(values("s=1; s=2;s=;s=3")).toBe("1|2||3");
    expect(values("s=1;".repeat(900))).toBe("1|".repeat(899) + "1");
  });

  test("has no blanks around name or value", () => {
    expect(values(" s = 1 ;x")).toBe("1");
    expect(values("a=0;\ts\t=\t1\t")).toBe("1");
    expect(values("s= a b ")).toBe("a b");
  });

  test("is not another one with a name like it, or a value with its name", () => {
    const headers: string[] = [
      "",
      "s",
      "s;",
      "S=1",
      "ss=1",
      "xs=1",
      "s s=1",
      "a=s=1",
      "a=0, s=1",
      '"s"=1',
      "=s",
      ";;;",
      "a=;s",
      "s\0=1",
    ];
    for (let i = 0; i < headers.length; i++) {
      if (values(headers[i]) != NONE) throw new Error(headers[i]);
      if (without(headers[i]) != "unchanged") throw new Error(headers[i]);
    }
  });
});

describe("a Cookie header without the session", () => {
  beforeEach(() => {
    resetArena();
  });

  test("has the other cookies, byte for byte", () => {
    expect(without("a=0; s=1; b=2")).toBe("a=0; b=2");
    expect(without("s=1; b=2")).toBe("b=2");
    expect(without("a=0; s=1")).toBe("a=0");
    expect(without("a=0;s=1;b=2")).toBe("a=0;b=2");
    expect(without('a="x; y";s=1;  b = 2 , c\xff')).toBe('a="x; y";  b = 2 , c\xff');
  });

  test("is empty when there was nothing else", () => {
    const headers: string[] = ["s=1", " s=1 ", "s=1;", "s=1; s=2", "s=", "s=1 ; ", ";s=1", "; ;s=1; ;"];
    for (let i = 0; i < headers.length; i++) {
      if (without(headers[i]) != "") throw new Error(headers[i] + " leaves " + without(headers[i]));
    }
  });

  test("has lost every one of several sessions", () => {
    expect(without("s=1; a=0; s=2; b=1; s=3")).toBe("a=0; b=1");
    expect(without("s=1; ".repeat(1000) + "a=0")).toBe("a=0");
    expect(values(without("s=1;s=2; s =3;a=0; s=4"))).toBe(NONE);
  });
});
