// The Set-Cookies of sessions that were renewed, for clients that still send the token before. A client needs one once, as a rule with
// the response that it has asked the host for, so there is room for the last ones alone. Who comes too late for theirs goes on with
// the lease that the gate has, and gets the cookie of the one after it.

@unmanaged
class Ring {
  /** Its memory, which is taken when the first cookie comes; 0 before. */
  at: usize;
  bytes: u32;
  /** How much was written since the start, and left out at its end. */
  written: u64;
}

const ring: Ring = changetype<Ring>(memory.data(offsetof<Ring>(), 8));

/** Says how much memory cookies may take. */
export function limitCookies(bytes: usize): void {
  ring.bytes = <u32>bytes;
}

/** What cookies take by now. */
export function bytesOfCookies(): usize {
  return ring.at ? <usize>ring.bytes : 0;
}

/** Keeps a cookie, of less than the memory for all. Returns where it is, for `cookieAt`. */
export function keepCookie(at: usize, length: i32): u64 {
  const bytes = ring.bytes;
  if (!ring.at) ring.at = heap.alloc(bytes);
  const offset = <u32>(ring.written % bytes);
  if (offset + <u32>length > bytes) ring.written += bytes - offset;
  const position = ring.written;
  memory.copy(ring.at + <usize>(position % bytes), at, length);
  ring.written += length;
  return position + 1;
}

/** Where a cookie is that was kept, until another one is; 0 when it has made way. */
export function cookieAt(position: u64): usize {
  if (position == 0 || ring.written - (position - 1) > ring.bytes) return 0;
  return ring.at + <usize>((position - 1) % ring.bytes);
}
