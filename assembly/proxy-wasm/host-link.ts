// How the host is doing, as this worker sees it, and how many questions it may be asked. After a silence the questions come
// back slowly, so that a host that has just started is not met by everybody at once.
import { Host } from "../core/session/lease";
import { text, Text } from "../memory/text";
import { clusterLength } from "./config";
import { nanoseconds } from "./host-calls";
import { LogLevel } from "./imports";
import { log } from "./log";
import { inTicks, ticks } from "./ticks";

/** Questions a tick: after a silence, and at most. */
const FIRST_ALLOWANCE: i32 = 2;
const FULL_ALLOWANCE: i32 = 64;
/** Ticks until one more is allowed. */
const GROWTH_TICKS: u32 = 4;

const FIRST_PAUSE: u32 = inTicks(250);
const LONGEST_PAUSE: u32 = inTicks(8000);

let isSilent: bool = false;
let pause: u32 = 0;
let silentUntil: u32 = 0;
let allowance: i32 = FULL_ALLOWANCE;
let left: i32 = FULL_ALLOWANCE;
/** Questions that wait for their answer. */
let asked: i32 = 0;

/** Called with every tick. */
export function refillQuestions(): void {
  if (!isSilent && allowance < FULL_ALLOWANCE && ticks % GROWTH_TICKS == 0) allowance++;
  left = allowance;
}

export function hostState(): Host {
  if (clusterLength == 0) return Host.None;
  if (!isSilent) return Host.Answers;
  return asked == 0 && ticks >= silentUntil ? Host.Unsure : Host.Silent;
}

/** Whether one more question may be asked now. After a silence there is one at a time, to see whether it is over. */
export function mayAsk(): bool {
  const state = hostState();
  return state == Host.Unsure || (state == Host.Answers && left > 0);
}

export function noteQuestion(): void {
  asked++;
  left--;
}

/** A question was answered. */
export function noteAnswer(): void {
  asked--;
  if (isSilent) log(LogLevel.Info, text("the host answers questions about sessions again"));
  isSilent = false;
  pause = 0;
}

/**
 * A question about a credential failed. Verifying passwords is slow, and strangers can have it done until the host is busy:
 * that is no reason to stop asking about sessions.
 */
export function noteFailure(): void {
  if (isSilent) noteSilence(text(""));
  else asked--;
}

/** A question was not answered, or not in a way that says anything. */
export function noteSilence(why: Text): void {
  asked--;
  if (!isSilent) log(LogLevel.Warn, why);
  isSilent = true;
  allowance = FIRST_ALLOWANCE;
  pause = min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
  silentUntil = ticks + pause + <u32>(nanoseconds() % pause) / 2;
}
