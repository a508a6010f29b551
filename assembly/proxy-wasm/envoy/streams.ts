// What the gate remembers of a request between two callbacks: that it waits for the host, or that its response is to carry a
// new cookie. The proxy numbers streams consecutively, so a stream's slot is its number modulo the number of slots, and a
// newer stream takes the slot of an older one.
import { sessionAt } from "../../core/session/cache";
import { proxy_set_effective_context, Status } from "../abi/env";
import { ticks } from "../edge/ticks";
import { watchStream } from "./open-streams";

export const enum Expectation {
  Nothing,
  /** The request is paused until the host has answered about `subject`. */
  RequestPaused,
  /** The response has not come yet; it is to carry the cookie that renews `subject`. */
  Cookie,
  /** The response has come and is paused until that cookie is known. */
  ResponsePaused,
  /** The response is to carry the cookie of the session at position `subject`. */
  CookieKnown,
  /** The response may turn out to be an event stream, to be watched over with the session at position `subject`. */
  Type,
}


@unmanaged
export class Stream {
  context: i32;
  expectation: Expectation;
  since: u32;
  subject: u64;
}

/** So many that a thousand paused ones leave a place to almost every other that has to wait. */
export const STREAM_SLOTS: i32 = 4096;
// @ts-ignore: decorator
@lazy
const slots: usize = memory.data(STREAM_SLOTS * <i32>offsetof<Stream>(), 8);

/** How many streams are paused. */
let pausedStreams: i32 = 0;

/** Whether any stream is paused. */
export function hasPausedStreams(): bool {
  return pausedStreams > 0;
}

export function streamInSlot(index: i32): Stream {
  return changetype<Stream>(slots + <usize>(index & (STREAM_SLOTS - 1)) * offsetof<Stream>());
}

/** What is remembered of this stream, or null. */
export function findStream(context: i32): Stream | null {
  const stream = streamInSlot(context);
  return stream.context == context && stream.expectation != Expectation.Nothing ? stream : null;
}

/** Remembers something of a stream, which is the current one. False when a paused stream has its slot. */
export function rememberStream(context: i32, expectation: Expectation, subject: u64): bool {
  const stream = streamInSlot(context);
  if (stream.context != context && isPaused(stream)) return false;
  if (stream.context != context && stream.expectation != Expectation.Nothing) leaveToWatch(stream, context);
  forgetStream(stream);
  stream.context = context;
  stream.expectation = expectation;
  stream.subject = subject;
  stream.since = ticks;
  if (isPaused(stream)) pausedStreams++;
  return true;
}

/**
 * Watches over a stream whose response has not come while a thousand others did: nothing will tell whether that is an event stream. The
 * current stream is `context` again afterwards.
 */
function leaveToWatch(stream: Stream, context: i32): void {
  const session = sessionAt(stream.subject);
  if (session && proxy_set_effective_context(stream.context) == Status.Ok) watchStream(stream.context, session);
  proxy_set_effective_context(context);
}

/** Forgets a stream that had this number before: after four billion of them the numbers come again. */
export function beginStream(context: i32): void {
  const before = findStream(context);
  if (before) forgetStream(before);
}

export function forgetStream(stream: Stream): void {
  if (isPaused(stream)) pausedStreams--;
  stream.expectation = Expectation.Nothing;
}

export function isPaused(stream: Stream): bool {
  return stream.expectation == Expectation.RequestPaused || stream.expectation == Expectation.ResponsePaused;
}
