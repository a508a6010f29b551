// Requests that are paused until the host has answered their call. Each has a call of its own: ngx_wasm_module
// resumes a request by the answer to that request's own call only. The call's number is also what identifies the request, since several
// streams of a connection can have the same context number.
import { bundleLink } from "../edge/host-link";
import { forgetInquiry } from "../edge/inquiries";
import { inTicks, ticks } from "../edge/ticks";

/** What a request waits for. */
export const enum Awaited {
  Nothing,
  Answer,
  /** The bundle, which the request's own call fetches. */
  Bundle,
  /** The bundle, which another request's call is fetching. */
  OthersBundle,
}

/** One slot for each question that can be out, and for each request that can wait for the first bundle. */
const BUNDLE_SLOTS: i32 = 64;
const SLOTS: i32 = 96 + BUNDLE_SLOTS;
/** A call ends within two seconds. One that has not by then belongs to a client that left, of which nginx tells the gate nothing. */
const LOST_MILLISECONDS: u32 = 5000;


@unmanaged
class PausedRequest {
  /** The call's number and 1, or 0 when the slot is free. */
  call: u64;
  since: u32;
  awaited: Awaited;
}

// @ts-ignore: decorator
@lazy
const slots: usize = memory.data(SLOTS * <i32>offsetof<PausedRequest>(), 8);

function pausedAt(index: i32): PausedRequest {
  return changetype<PausedRequest>(slots + <usize>index * offsetof<PausedRequest>());
}

/** The calls in flight of requests that wait for the first bundle, and how many of these calls fetch it. */
let bundleCalls: i32 = 0;
let fetches: i32 = 0;

/** Whether one more request may wait for the first bundle. */
export function hasRoomForBundle(): bool {
  return bundleCalls < BUNDLE_SLOTS;
}

/** Whether a request's call is fetching the first bundle. */
export function isFetching(): bool {
  return fetches > 0;
}

/** Remembers that the current request waits for this call. There is a slot for every call that can be in flight. */
export function pause(call: u32, awaited: Awaited): void {
  if (awaited != Awaited.Answer) bundleCalls++;
  if (awaited == Awaited.Bundle) fetches++;
  for (let i = 0; i < SLOTS; i++) {
    const paused = pausedAt(i);
    if (paused.call != 0) continue;
    paused.call = <u64>call + 1;
    paused.since = ticks;
    paused.awaited = awaited;
    return;
  }
}

/** Returns what the request of this call waited for, and frees its slot. `Nothing` when no request waited for the call. */
export function release(call: u32): Awaited {
  for (let i = 0; i < SLOTS; i++) {
    const paused = pausedAt(i);
    if (paused.call != <u64>call + 1) continue;
    free(paused);
    return paused.awaited;
  }
  return Awaited.Nothing;
}

function free(paused: PausedRequest): void {
  paused.call = 0;
  if (paused.awaited != Awaited.Answer) bundleCalls--;
  if (paused.awaited == Awaited.Bundle) fetches--;
}

/** Gives up the calls that nobody will answer any more. Called with every tick. */
export function forgetLostQuestions(): void {
  for (let i = 0; i < SLOTS; i++) {
    const paused = pausedAt(i);
    if (paused.call == 0 || ticks - paused.since <= inTicks(LOST_MILLISECONDS)) continue;
    if (paused.awaited == Awaited.Answer) forgetInquiry(<u32>(paused.call - 1));
    else bundleLink.pending--;
    free(paused);
  }
}
