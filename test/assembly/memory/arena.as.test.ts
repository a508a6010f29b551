import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { allocateInArena, MAX_BLOCK_BYTES, resetArena } from "../../../assembly/memory/arena";

describe("the arena", () => {
  test("hands out blocks that do not overlap, aligned to 8, until it is reset", () => {
    resetArena();
    const first = allocateInArena(3);
    const second = allocateInArena(8);
    expect(second - first).toBe(8);
    expect(<u32>(second & 7)).toBe(0);
    resetArena();
    expect(allocateInArena(1)).toBe(first);
  });

  test("hands out blocks larger than itself, and gives them back", () => {
    for (let round = 0; round < 20; round++) {
      resetArena();
      const large = allocateInArena(300_000);
      memory.fill(large, 0xff, 300_000);
      const small = allocateInArena(16);
      store<u64>(small, 1);
      expect(load<u8>(large + 299_999)).toBe(0xff);
    }
    resetArena();
    const pages = memory.size();
    for (let round = 0; round < 50; round++) {
      allocateInArena(300_000);
      resetArena();
    }
    expect(memory.size()).toBe(pages);
  });

  test("refuses a block that is out of bounds", () => {
    resetArena();
    expect(<u32>allocateInArena(MAX_BLOCK_BYTES + 1)).toBe(0);
    expect(<u32>allocateInArena(usize.MAX_VALUE)).toBe(0);
    expect(<u32>allocateInArena(usize.MAX_VALUE - 7)).toBe(0);
  });
});
