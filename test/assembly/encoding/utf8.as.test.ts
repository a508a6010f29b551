import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { decodeRune, encodeRune, invalidUtf8At, isSurrogate, REPLACEMENT } from "../../../assembly/encoding/utf8";

/** The first code point and its width, as `rune/width`; the bytes given as one character each. */
function decode(text: string): string {
  const bytes = bytesOf(text);
  const at = changetype<usize>(bytes);
  const decoded = decodeRune(at, at + bytes.length);
  return (decoded & 0xffffff).toString(16) + "/" + (decoded >> 24).toString();
}

function bytesOf(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = <u8>text.charCodeAt(i);
  return bytes;
}

function invalidAt(text: string): i32 {
  const bytes = bytesOf(text);
  return invalidUtf8At(changetype<usize>(bytes), bytes.length);
}

describe("UTF-8", () => {
  test("every code point but the surrogates decodes from what it encodes to", () => {
    const buffer = heap.alloc(4);
    for (let rune: u32 = 0; rune <= 0x10ffff; rune++) {
      if (isSurrogate(rune)) continue;
      const width = encodeRune(buffer, rune);
      if (decodeRune(buffer, buffer + width) != (rune | ((<u32>width) << 24))) throw new Error(rune.toString(16));
    }
  });

  test("a byte that starts no valid sequence is one U+FFFD of width 1", () => {
    const broken: string[] = [
      "\x80", // a continuation
      "\xc3", // an end too soon
      "\xe2\x82",
      "\xf0\x9f\x98",
      "\xc3a", // another character too soon
      "\xe2\x82a",
      "\xf0\x9f\x98a",
      "\xc0\x80", // longer than needed
      "\xc1\xbf",
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",
      "\xed\xa0\x80", // a surrogate
      "\xed\xbf\xbf",
      "\xf4\x90\x80\x80", // above U+10FFFF
      "\xf5\x80\x80\x80",
      "\xff",
    ];
    for (let i = 0; i < broken.length; i++) {
      expect(decode(broken[i])).toBe("fffd/1");
      expect(invalidAt("ab" + broken[i])).toBe(2);
    }
  });

  test("U+FFFD itself is valid", () => {
    expect(decode("\xef\xbf\xbd")).toBe("fffd/3");
    expect(invalidAt("a\xef\xbf\xbd")).toBe(-1);
    expect(REPLACEMENT).toBe(0xfffd);
  });

  test("nothing past the end is read as part of a character", () => {
    const bytes = bytesOf("\xc3\xa9");
    const at = changetype<usize>(bytes);
    expect(decodeRune(at, at + 1)).toBe(REPLACEMENT | (1 << 24));
  });
});
