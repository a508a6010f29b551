import { describe, expect, test } from "vitest";
import { afterFailure, clean, type FailureState } from "../../../../host/identity/regulation/schedule.ts";

const now = 1_790_000_000;
const limits = { maxRetries: 5, findTime: 120, banTime: 300 };

/** Fails each time it is possible again, and returns the waits. */
function waits(count: number, start: FailureState = clean): number[] {
  let state = start;
  let time = now;
  return Array.from({ length: count }, () => {
    state = afterFailure(state, limits, time);
    const wait = state.heldUntil - time;
    time = Math.max(time, state.heldUntil);
    return wait;
  });
}

describe("after failures in a row", () => {
  test("the delay grows, and the last try within the limit ends in a ban", () => {
    expect(waits(5)).toEqual([0, 1, 2, 4, 300]);
  });

  test("bans double up to twelve times the first", () => {
    const bans = waits(40).filter((wait) => wait >= 300);
    expect(bans).toEqual([300, 600, 1200, 2400, 3600, 3600, 3600, 3600]);
  });

  test("no delay is longer than 30 seconds", () => {
    let state = clean;
    for (let failure = 1; failure < 30; failure++) {
      state = afterFailure(state, { ...limits, maxRetries: 30, findTime: 10_000 }, now);
      expect(state.heldUntil - now).toBeLessThanOrEqual(30);
      expect(state.banned).toBe(false);
    }
    expect(state.heldUntil - now).toBe(30);
  });

  test("those before the find time do not count", () => {
    let state = clean;
    for (let failure = 0; failure < 20; failure++) state = afterFailure(state, limits, now + failure * 121);
    expect([state.failures.length, state.banned]).toEqual([1, false]);
  });

  test("no record outgrows the limit", () => {
    let state = clean;
    for (let failure = 0; failure < 1000; failure++) {
      state = afterFailure(state, limits, now);
      expect(state.failures.length).toBeLessThan(limits.maxRetries);
    }
  });
});
