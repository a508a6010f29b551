import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { clear, copyFew, equal, isSame } from "../../../assembly/memory/bytes";

const MOST: i32 = 80;
const a: usize = memory.data(96, 8);
const b: usize = memory.data(96, 8);

/** Fills both ranges with the same bytes, which count up from `first`. */
function fill(first: i32): void {
  for (let i = 0; i < 96; i++) {
    store<u8>(a + i, <u8>(first + i));
    store<u8>(b + i, <u8>(first + i));
  }
}

describe("two ranges of any length", () => {
  test("are the same as long as no byte differs, wherever it is", () => {
    for (let length = 0; length <= MOST; length++) {
      fill(length);
      // What is behind them does not count.
      store<u8>(b + length, load<u8>(b + length) ^ 1);
      if (!isSame(a, b, length) || !equal(a, length, b, length)) throw new Error(length.toString());
      for (let at = 0; at < length; at++) {
        store<u8>(b + at, load<u8>(b + at) ^ 0x80);
        if (isSame(a, b, length)) throw new Error(`${length} ${at}`);
        store<u8>(b + at, load<u8>(b + at) ^ 0x80);
      }
    }
    expect(equal(a, 3, b, 4)).toBe(false);
  });

  test("are copied whole, and nothing behind them is touched", () => {
    for (let length = 0; length <= MOST; length++) {
      fill(1);
      memory.fill(b, 0, 96);
      expect(<u32>(copyFew(b, a, length) - b)).toBe(<u32>length);
      for (let i = 0; i < 96; i++) {
        if (load<u8>(b + i) != (i < length ? <u8>(1 + i) : 0)) throw new Error(`${length} ${i}`);
      }
    }
  });

  test("become zeros, and nothing behind them does", () => {
    for (let size = 0; size <= MOST; size++) {
      fill(1);
      clear(a, size);
      for (let i = 0; i < 96; i++) {
        if (load<u8>(a + i) != (i < size ? 0 : <u8>(1 + i))) throw new Error(`${size} ${i}`);
      }
    }
  });
});
