import { describe, expect, test } from "vitest";
import { Waiters } from "../../../../host/gates/edge/waiters.ts";

/** Begins to wait. What `wakes` has is set when it is woken: how long that took, in milliseconds. */
function begin(waiters: Waiters, milliseconds: number) {
  const started = performance.now();
  const wakes: number[] = [];
  const waiter = waiters.add(() => wakes.push(performance.now() - started), milliseconds);
  return { waiter, wakes };
}

describe("those who wait for news", () => {
  test("are woken at once by news, each of them once, and whoever comes while they are woken waits", () => {
    const waiters = new Waiters();
    const first = begin(waiters, 60_000);
    let again = 0;
    const anew = () => {
      again++;
      waiters.add(anew, 60_000);
    };
    waiters.add(anew, 60_000);
    expect(waiters.wakeAll()).toBe(2);
    expect([first.wakes.length, again, waiters.size]).toEqual([1, 1, 1]);
    expect(waiters.wakeAll()).toBe(1);
    expect([first.wakes.length, again, waiters.size]).toEqual([1, 2, 1]);
    waiters.remove(first.waiter);
    expect(waiters.size).toBe(1);
  });

  test("may leave, in any order, and nobody else is left out", () => {
    const waiters = new Waiters();
    const all = Array.from({ length: 20 }, () => begin(waiters, 60_000));
    const gone = [0, 19, 7, 8, 1, 18, 7].map((place) => all[place]!);
    for (const { waiter } of gone) waiters.remove(waiter);
    expect(waiters.size).toBe(14);
    waiters.close();
    for (const one of all) expect(one.wakes).toHaveLength(gone.includes(one) ? 0 : 1);
  });

  test("wait no longer than each says, in whatever order they came", async () => {
    const waiters = new Waiters();
    const lengths = [60_000, 400, 30, 200, 1, 30];
    const all = lengths.map((length) => begin(waiters, length));
    await expect.poll(() => waiters.size, { timeout: 20_000 }).toBe(1);
    for (const [index, { wakes }] of all.slice(1).entries()) {
      expect(wakes).toHaveLength(1);
      expect(wakes[0]).toBeGreaterThan(lengths[index + 1]! - 3);
    }
    const late = begin(waiters, 20);
    await expect.poll(() => late.wakes, { timeout: 20_000 }).toHaveLength(1);
    expect(all[0]!.wakes).toEqual([]);
    waiters.close();
    expect(all[0]!.wakes).toHaveLength(1);
  });
});
