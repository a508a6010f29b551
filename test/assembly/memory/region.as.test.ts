import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { createRegion } from "../../../assembly/memory/region";

describe("a region", () => {
  test("hands out zeroed memory that does not overlap", () => {
    const region = createRegion();
    const first = region.allocate(3);
    const second = region.allocate(100_000);
    const third = region.allocate(8);
    memory.fill(first, 0xff, 3);
    memory.fill(third, 0xff, 8);
    for (let i: usize = 0; i < 100_000; i++) {
      if (load<u8>(second + i) != 0) throw new Error("not zeroed, or overlapping");
    }
    expect(load<u8>(first)).toBe(0xff);
  });

  test("gives its memory back when freed, however often that is done", () => {
    const warmUp = createRegion();
    warmUp.allocate(1_000_000);
    warmUp.free();
    const pages = memory.size();
    for (let i = 0; i < 100; i++) {
      const region = createRegion();
      for (let j = 0; j < 60; j++) region.allocate(16_000);
      region.free();
    }
    expect(memory.size()).toBe(pages);
  });
});
