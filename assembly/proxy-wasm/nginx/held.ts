// Requests that are paused until the host has answered their call. Each has a call of its own, as this host resumes a request
// with its own call and with nothing else, and a call is all that tells them apart: several streams of a connection can have
// the same context number.
import { bundleLink } from "../edge/host-link";
import { forgetInquiry } from "../edge/inquiries";
import { inTicks, ticks } from "../edge/ticks";

/** What a request waits for. */
export const enum Awaited {
  Nothing,
  Answer,
  /** The bundle, which its own call brings. */
  Bundle,
  /** The bundle, which another call brings meanwhile. */
  OthersBundle,
}

/** As many as there are places for questions, and for requests that wait for the first bundle. */
const BUNDLE_PLACES: i32 = 64;
const PLACES: i32 = 96 + BUNDLE_PLACES;
/** The call is over after two seconds at most, answered or not; then its client has gone, for which the host tells nobody. */
const LOST_MILLISECONDS: u32 = 5000;


@unmanaged
class Held {
  /** The call's number and 1, or 0 when the place is free. */
  call: u64;
  since: u32;
  awaited: Awaited;
}

// @ts-ignore: decorator
@lazy
const places: usize = memory.data(PLACES * <i32>offsetof<Held>(), 8);

function heldAt(index: i32): Held {
  return changetype<Held>(places + <usize>index * offsetof<Held>());
}

/** Calls that are out for the first bundle, and those of them that bring it. */
let bundleCalls: i32 = 0;
let fetches: i32 = 0;

/** Whether one more request may wait for the first bundle. */
export function hasRoomForBundle(): bool {
  return bundleCalls < BUNDLE_PLACES;
}

/** Whether a request's call is to bring the first bundle. */
export function isFetching(): bool {
  return fetches > 0;
}

/** Remembers that the current request waits for this call. There is room for every call that can be out. */
export function hold(call: u32, awaited: Awaited): void {
  if (awaited != Awaited.Answer) bundleCalls++;
  if (awaited == Awaited.Bundle) fetches++;
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call != 0) continue;
    held.call = <u64>call + 1;
    held.since = ticks;
    held.awaited = awaited;
    return;
  }
}

/** What a request has waited for with this call, which then is forgotten. */
export function release(call: u32): Awaited {
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call != <u64>call + 1) continue;
    free(held);
    return held.awaited;
  }
  return Awaited.Nothing;
}

function free(held: Held): void {
  held.call = 0;
  if (held.awaited != Awaited.Answer) bundleCalls--;
  if (held.awaited == Awaited.Bundle) fetches--;
}

/** Gives up the calls that nobody will answer any more. Called with every tick. */
export function forgetLostQuestions(): void {
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call == 0 || ticks - held.since <= inTicks(LOST_MILLISECONDS)) continue;
    if (held.awaited == Awaited.Answer) forgetInquiry(<u32>(held.call - 1));
    else bundleLink.asked--;
    free(held);
  }
}
