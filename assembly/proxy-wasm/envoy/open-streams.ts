// Streams that outlive the moment in which they were let in: WebSockets, event streams, gRPC. What let them in was a session, and they
// are closed when it is revoked or at its end.
import { bundle } from "../../core/bundle/bundle";
import { digestKey, hasRevoked, KeyDigest, notBeforeOfDigest } from "../../core/bundle/revocations";
import { Session } from "../../core/session/session";
import { proxy_close_stream, proxy_set_effective_context, Status, Stream } from "../abi/env";
import { count, Counter } from "../edge/metrics";

/** A stream that is watched over, by what the bundle names sessions by. */
@unmanaged
class OpenStream {
  /** 0 when the place is free. */
  context: i32;
  issuedAt: i64;
  sessionExpires: i64;
  sessionId: KeyDigest;
  user: KeyDigest;
}

const PLACES: i32 = 16384;
const STREAM_BYTES: usize = offsetof<OpenStream>() + 2 * offsetof<KeyDigest>();
/** Places near its own that a stream takes when that is taken. */
const NEAR: i32 = 8;
/** How far a place is looked for without asking the proxy whether those who have them are still there. */
const FAR: i32 = 256;
/** Places looked at in a tick, to find those whose stream is gone: all of them in half a minute. */
const STEP: i32 = 32;

/** Taken when the first is let in. */
let streams: usize = 0;
let next: i32 = 0;
let checkedEpoch: u32 = 0;

function streamAt(index: i32): OpenStream {
  return changetype<OpenStream>(streams + <usize>(index & (PLACES - 1)) * STREAM_BYTES);
}

function takePlaces(): void {
  streams = heap.alloc(<usize>PLACES * STREAM_BYTES);
  memory.fill(streams, 0, <usize>PLACES * STREAM_BYTES);
  for (let i = 0; i < PLACES; i++) {
    const stream = streamAt(i);
    const behind = changetype<usize>(stream) + offsetof<OpenStream>();
    stream.sessionId = changetype<KeyDigest>(behind);
    stream.user = changetype<KeyDigest>(behind + offsetof<KeyDigest>());
  }
}

const ownId: KeyDigest = changetype<KeyDigest>(memory.data(offsetof<KeyDigest>(), 8));

/** Watches over this stream, which was let in by this session. */
export function watchStream(context: i32, session: Session): void {
  if (!streams) takePlaces();
  digestKey(ownId, session.sessionIdAt, session.sessionIdLength);
  const stream = placeFor(context, ownId);
  stream.context = context;
  stream.issuedAt = session.kept.issuedAt;
  stream.sessionExpires = session.kept.hasEnded ? 0 : <i64>session.kept.sessionExpires;
  memory.copy(changetype<usize>(stream.sessionId), changetype<usize>(ownId), offsetof<KeyDigest>());
  digestKey(stream.user, session.nameAt, session.nameLength);
  // The session may have ended since the request came: the next tick looks at all streams then, as with a new bundle.
  if (isOver(stream, 0)) checkedEpoch = 0;
}

/**
 * A place for this stream. Streams are numbered one after the other, so its own is most often free, or one near it. Where none is, a
 * stream that is open makes way and is closed, for nobody would watch over it any more: one of the same session if there is one, so that
 * whoever opens too many closes their own.
 */
function placeFor(context: i32, sessionId: KeyDigest): OpenStream {
  let place = streamAt(context);
  for (let i = 1; isOpen(place) && i < NEAR; i++) place = streamAt(context + i);
  if (isOpen(place)) {
    place = freeOrOwnPlace(context, sessionId);
    if (isOpen(place)) close();
  }
  proxy_set_effective_context(context);
  return place;
}

/** A place further off that is not taken, else one of this session's, else the stream's own. */
function freeOrOwnPlace(context: i32, sessionId: KeyDigest): OpenStream {
  let own: OpenStream | null = null;
  for (let i = 0; i < FAR; i++) {
    const place = streamAt(context + i);
    if (place.context == 0) return place;
    if (!own && isSame(place.sessionId, sessionId)) own = place;
  }
  return own ? own : streamAt(context);
}

// @ts-ignore: decorator
@inline
function isSame(a: KeyDigest, b: KeyDigest): bool {
  return a.digest == b.digest && a.hash == b.hash;
}

/** Whether a place is taken by a stream that is still there, for which the gate then speaks. */
function isOpen(stream: OpenStream): bool {
  return stream.context != 0 && proxy_set_effective_context(stream.context) == Status.Ok;
}

function close(): void {
  proxy_close_stream(Stream.Response);
  count(Counter.SocketsClosed);
}

/** Closes the streams whose session is over; called with every tick. `now` is in seconds since the epoch. */
export function checkOpenStreams(now: i64): void {
  if (!streams) return;
  const current = bundle;
  const epoch = current ? current.epoch : 0;
  const looked = checkedEpoch != epoch ? PLACES : STEP;
  checkedEpoch = epoch;
  for (let i = 0; i != looked; i++) {
    const stream = streamAt(next++);
    if (stream.context == 0) continue;
    const isDue = isOver(stream, now);
    // Asking the proxy costs more than looking at the bundle.
    if (isDue || i < STEP) endAt(stream, isDue);
  }
}

/** Closes the streams of a session that the host says is over. */
export function closeStreamsOf(session: Session): void {
  if (!streams) return;
  digestKey(ownId, session.sessionIdAt, session.sessionIdLength);
  for (let i = 0; i < PLACES; i++) {
    const stream = streamAt(i);
    if (stream.context != 0 && isSame(stream.sessionId, ownId)) endAt(stream, true);
  }
}

/** Frees the place of a stream that is gone, or due and closed by that. */
function endAt(stream: OpenStream, isDue: bool): void {
  const open = isOpen(stream);
  if (open && !isDue) return;
  if (open) close();
  stream.context = 0;
}

function isOver(stream: OpenStream, now: i64): bool {
  const current = bundle;
  if (!current || now >= stream.sessionExpires) return true;
  return (
    hasRevoked(current.revocations.sessions, stream.sessionId) ||
    stream.issuedAt < notBeforeOfDigest(current.revocations.users, stream.user)
  );
}
