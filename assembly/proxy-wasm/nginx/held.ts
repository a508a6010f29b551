// Requests that are paused until the host has answered their call. Each has a call of its own, as this host resumes a request
// with its own call and with nothing else, and a call is all that tells them apart: several streams of a connection can have
// the same context number.
import { forgetInquiry } from "../inquiries";
import { inTicks, ticks } from "../ticks";

/** As many as there are places for questions. */
const PLACES: i32 = 96;
/** The call is over after two seconds at most, answered or not; then its client has gone, for which the host tells nobody. */
const LOST_MILLISECONDS: u32 = 5000;


@unmanaged
class Held {
  /** The call's number and 1, or 0 when the place is free. */
  call: u64;
  since: u32;
}

// @ts-ignore: decorator
@lazy
const places: usize = memory.data(96 * 16, 8);

function heldAt(index: i32): Held {
  return changetype<Held>(places + <usize>index * 16);
}

/** Remembers that the current request waits for this call. There is room for every question that can be out. */
export function hold(call: u32): void {
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call != 0) continue;
    held.call = <u64>call + 1;
    held.since = ticks;
    return;
  }
}

/** Whether a request waited for this call, which then is forgotten. */
export function release(call: u32): bool {
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call != <u64>call + 1) continue;
    held.call = 0;
    return true;
  }
  return false;
}

/** Gives up the calls that nobody will answer any more. Called with every tick. */
export function forgetLostQuestions(): void {
  for (let i = 0; i < PLACES; i++) {
    const held = heldAt(i);
    if (held.call == 0 || ticks - held.since <= inTicks(LOST_MILLISECONDS)) continue;
    forgetInquiry(<u32>(held.call - 1));
    held.call = 0;
  }
}
