// What the gate remembers of a request between two callbacks: that it waits for the host, or that its response is to bring a
// new cookie. The proxy numbers streams one after the other, so a stream's place is its number's, and the youngest stays.
import { ticks } from "../edge/ticks";

export const enum Expectation {
  Nothing,
  /** The request is held until the host has answered about `subject`. */
  RequestHeld,
  /** The response has not come yet; it is to bring the cookie that renews `subject`. */
  Cookie,
  /** The response has come and is held for that cookie. */
  ResponseHeld,
  /** The response is to bring the cookie of the session at position `subject`. */
  CookieKnown,
}


@unmanaged
export class Stream {
  context: i32;
  expectation: Expectation;
  since: u32;
  subject: u64;
}

export const STREAM_PLACES: i32 = 1024;
// @ts-ignore: decorator
@lazy
const places: usize = memory.data(STREAM_PLACES * <i32>offsetof<Stream>(), 8);

/** How many of them are held. */
let heldStreams: i32 = 0;

/** Whether any stream is held. */
export function hasHeldStreams(): bool {
  return heldStreams > 0;
}

export function streamInPlace(index: i32): Stream {
  return changetype<Stream>(places + <usize>(index & (STREAM_PLACES - 1)) * offsetof<Stream>());
}

/** What is remembered of this stream, or null. */
export function findStream(context: i32): Stream | null {
  const stream = streamInPlace(context);
  return stream.context == context && stream.expectation != Expectation.Nothing ? stream : null;
}

/** Remembers something of a stream. False when its place is taken by one that is held. */
export function rememberStream(context: i32, expectation: Expectation, subject: u64): bool {
  const stream = streamInPlace(context);
  if (stream.context != context && isHeld(stream)) return false;
  forgetStream(stream);
  stream.context = context;
  stream.expectation = expectation;
  stream.subject = subject;
  stream.since = ticks;
  if (isHeld(stream)) heldStreams++;
  return true;
}

/** Forgets a stream that had this number before: after four billion of them the numbers come again. */
export function beginStream(context: i32): void {
  const before = findStream(context);
  if (before) forgetStream(before);
}

export function forgetStream(stream: Stream): void {
  if (isHeld(stream)) heldStreams--;
  stream.expectation = Expectation.Nothing;
}

export function isHeld(stream: Stream): bool {
  return stream.expectation == Expectation.RequestHeld || stream.expectation == Expectation.ResponseHeld;
}
