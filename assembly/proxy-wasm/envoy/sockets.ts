// Connections that outlive their request, such as WebSockets. They were let in by a session, and are closed when it is
// revoked or at its end.
import { bundle } from "../../core/bundle/bundle";
import { isRevoked, notBeforeOf } from "../../core/bundle/revocations";
import { Session } from "../../core/session/session";
import { proxy_close_stream, proxy_set_effective_context, Status, Stream } from "../abi/env";
import { count, Counter } from "../edge/metrics";

/** What the bundle names sessions by. Bytes behind the object: the session's id, then the user's name. */
@unmanaged
class Socket {
  /** 0 when the place is free. */
  context: i32;
  idLength: i32;
  nameLength: i32;
  issuedAt: i64;
  sessionExpires: i64;
}

const PLACES: i32 = 4096;
const TEXT_BYTES: i32 = 320;
const SOCKET_BYTES: usize = offsetof<Socket>() + TEXT_BYTES;
/** Places looked at in a tick, to find those whose connection is gone. */
const STEP: i32 = 8;

/** Taken when the first is let in. */
let sockets: usize = 0;
let next: i32 = 0;
let checkedEpoch: u32 = 0;

function socketAt(index: i32): Socket {
  return changetype<Socket>(sockets + <usize>(index & (PLACES - 1)) * SOCKET_BYTES);
}

/** Remembers that this stream was let in by this session. */
export function rememberSocket(context: i32, session: Session): void {
  if (session.sessionIdLength + session.nameLength > TEXT_BYTES) return;
  if (!sockets) {
    sockets = heap.alloc(<usize>PLACES * SOCKET_BYTES);
    memory.fill(sockets, 0, <usize>PLACES * SOCKET_BYTES);
  }
  const socket = placeFor(context);
  const textAt = changetype<usize>(socket) + offsetof<Socket>();
  socket.context = context;
  socket.idLength = session.sessionIdLength;
  socket.nameLength = session.nameLength;
  socket.issuedAt = session.issuedAt;
  socket.sessionExpires = session.sessionExpires;
  memory.copy(textAt, session.sessionIdAt, session.sessionIdLength);
  memory.copy(textAt + session.sessionIdLength, session.nameAt, session.nameLength);
}

/**
 * A place for this stream. Streams are numbered one after the other, so its own is most often free. Where all near it are taken,
 * a connection that is still open is closed: nobody would watch over it any more.
 */
function placeFor(context: i32): Socket {
  let socket = socketAt(context);
  for (let i = 1; isOpen(socket) && i < STEP; i++) socket = socketAt(context + i);
  if (isOpen(socket)) close();
  proxy_set_effective_context(context);
  return socket;
}

/** Whether a place is taken by a connection that is still there, for which the gate then speaks. */
function isOpen(socket: Socket): bool {
  return socket.context != 0 && proxy_set_effective_context(socket.context) == Status.Ok;
}

function close(): void {
  proxy_close_stream(Stream.Response);
  count(Counter.SocketsClosed);
}

/** Closes the connections whose session is over; called with every tick. `now` is in seconds since the epoch. */
export function checkSockets(now: i64): void {
  if (!sockets) return;
  const current = bundle;
  const epoch = current ? current.epoch : 0;
  const all = checkedEpoch != epoch;
  checkedEpoch = epoch;
  const looked = all ? PLACES : STEP;
  for (let i = 0; i != looked; i++) {
    const socket = socketAt(next++);
    const open = isOpen(socket);
    if (open && !isOver(socket, now)) continue;
    if (open) close();
    socket.context = 0;
  }
}

function isOver(socket: Socket, now: i64): bool {
  const current = bundle;
  if (!current || now >= socket.sessionExpires) return true;
  const textAt = changetype<usize>(socket) + offsetof<Socket>();
  if (isRevoked(current.revokedSessions, textAt, socket.idLength)) return true;
  return socket.issuedAt < notBeforeOf(current.notBefore, textAt + socket.idLength, socket.nameLength);
}
