// How long after failures the next attempt has to wait.
import { countedUntil } from "../../kit/clock.ts";
import type { RegulationRecord } from "./store.ts";

export interface Limits {
  /** The failure with this number within `findTime` is answered with a ban. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly findTime: number;
  /** The first ban; each one in a row doubles it. Seconds. */
  readonly banTime: number;
}

/** The longest ban, in first bans: growing further would help an attacker more than the user. */
export const longestBan = 12;

/** The longest delay short of a ban. Seconds. */
const longestDelay = 30;

/** The failures of a subject and the delay or ban that they led to, without the subject itself. */
export type FailureState = Pick<RegulationRecord, "failures" | "heldUntil" | "banned" | "bans" | "forgetAt">;

export const clean: FailureState = { failures: [], heldUntil: 0, banned: false, bans: 0, forgetAt: 0 };

/**
 * How long the next attempt has to wait. Failures lead to nothing longer than the longest ban: what seems to be longer is by a clock that was
 * ahead, and has been put right. A ban that is none in a row was carried over from elsewhere, and lasts for as long as it did there.
 */
export function waitAfter({ heldUntil, banned, bans }: FailureState, { banTime }: Limits, now: number): number {
  const wait = Math.max(0, heldUntil - now);
  const isCarriedOver = banned && bans === 0;
  return isCarriedOver || wait <= Math.max(longestBan * banTime, longestDelay) ? wait : 0;
}

/** The failures that still count. */
export function recentFailures({ failures }: FailureState, { findTime }: Limits, now: number): readonly number[] {
  const since = now - findTime;
  const until = countedUntil(since, now);
  return failures.filter((time) => time > since && time < until);
}

/** The state after one more failure. A third of the tries is free of delay; then it is 1 s, 2 s, 4 s, ... */
export function afterFailure(before: FailureState, limits: Limits, now: number): FailureState {
  const { maxRetries, findTime, banTime } = limits;
  const failures = [...recentFailures(before, limits, now), now];
  const memory = longestBan * banTime;
  if (failures.length >= maxRetries) {
    const bans = before.bans + 1;
    const heldUntil = now + banTime * Math.min(2 ** (bans - 1), longestBan);
    return { failures: [], heldUntil, banned: true, bans, forgetAt: heldUntil + memory };
  }
  const counted = failures.length - Math.floor(maxRetries / 3);
  const delay = counted <= 0 ? 0 : Math.min(2 ** (counted - 1), longestDelay);
  const forgetAt = Math.max(before.forgetAt, now + Math.max(findTime, delay));
  return { failures, heldUntil: now + delay, banned: false, bans: before.bans, forgetAt };
}
