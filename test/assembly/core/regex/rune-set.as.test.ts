import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import {
  addRange,
  clearSet,
  hasRune,
  highOf,
  lowOf,
  MAX_RANGES,
  negate,
  rangesOf,
  RUNE_SET_BYTES,
  RuneSet,
} from "../../../../assembly/core/regex/rune-set";

const set = changetype<RuneSet>(heap.alloc(RUNE_SET_BYTES));

function spell(): string {
  const ranges = new Array<string>();
  for (let i = 0; i < set.count; i++) {
    ranges.push(lowOf(rangesOf(set), i).toString() + "-" + highOf(rangesOf(set), i).toString());
  }
  return ranges.join(" ");
}

describe("a set of code points", () => {
  test("keeps its ranges sorted and apart, whatever order they come in", () => {
    clearSet(set);
    expect(addRange(set, 20, 30)).toBe(true);
    addRange(set, 5, 7);
    addRange(set, 40, 50);
    expect(spell()).toBe("5-7 20-30 40-50");
    expect(addRange(set, 22, 25)).toBe(false);
    addRange(set, 8, 10);
    expect(spell()).toBe("5-10 20-30 40-50");
    addRange(set, 31, 39);
    expect(spell()).toBe("5-10 20-50");
    addRange(set, 0, 0x10ffff);
    expect(spell()).toBe("0-1114111");
  });

  test("is everything else when negated, and itself when that is done twice", () => {
    clearSet(set);
    addRange(set, 0, 4);
    addRange(set, 10, 10);
    negate(set);
    expect(spell()).toBe("5-9 11-1114111");
    negate(set);
    expect(spell()).toBe("0-4 10-10");
    clearSet(set);
    negate(set);
    expect(spell()).toBe("0-1114111");
    negate(set);
    expect(set.count).toBe(0);
  });

  test("tells its members", () => {
    clearSet(set);
    for (let i: u32 = 0; i < 9; i++) addRange(set, i * 10, i * 10 + 4);
    for (let rune: u32 = 0; rune < 100; rune++) {
      expect(hasRune(rangesOf(set), set.count, rune)).toBe(rune < 90 && rune % 10 < 5);
    }
  });

  test("says when it has overflowed instead of growing past its room", () => {
    clearSet(set);
    for (let i = 0; i < MAX_RANGES; i++) addRange(set, <u32>i * 2 + 1, <u32>i * 2 + 1);
    expect(set.overflowed).toBe(false);
    negate(set);
    expect(set.overflowed).toBe(true);
    expect(set.count).toBe(MAX_RANGES);
  });
});
