// How many unknown tokens are verified in a second: a flood of forged ones must not take a worker from its users, whose
// sessions it knows already. Every connection and every client address has a share, and all together have a limit.
import { addressHigh, addressLow } from "../policy/network";
import { hashOf } from "./cache";

/** Signatures a second on one connection, some 5 ms of work. No client has so many sessions. */
const CONNECTION_SHARE: u16 = 100;
/** Signatures a second of one address (an IPv6 one is its /64), behind which there may be a whole office. */
const ADDRESS_SHARE: u16 = 500;
/** Signatures a second of everybody together. */
const LIMIT: i32 = 2000;

const PLACES: u64 = 1024;
/** Per place of a connection and then of an address, how many of the second. Who meets in a place shares it. */
// @ts-ignore: decorator
@lazy
const counts: usize = memory.data(2048 * 2, 8);
/** The count of a connection without a number, always 0. */
const unnumbered: usize = memory.data(2, 2);
/** A connection's number or an address, to be hashed. */
const name: usize = memory.data(16, 8);

let second: i64 = 0;
let total: i32 = 0;
let resolveAddress: () => bool = () => false;
let connectionOf: () => u64 = () => 0;

/** Verifications that were postponed so far. */
export let postponements: u64 = 0;

/** Sets how the current request's client is told from others: by its address and by its connection's number. */
export function tellClientsApart(addressResolver: () => bool, connectionNumber: () => u64): void {
  resolveAddress = addressResolver;
  connectionOf = connectionNumber;
}

/** Whether one more signature may be checked for the client of the current request; counts it. */
export function mayVerify(now: i64): bool {
  if (now != second) {
    second = now;
    total = 0;
    memory.fill(counts, 0, <usize>PLACES * 4);
  }
  // Where the proxy does not number connections, they are not told apart.
  const number = connectionOf();
  const connection = number ? placeOf(number, 1) : unnumbered;
  store<u16>(unnumbered, 0);
  const address = placeOfAddress() + <usize>PLACES * 2;
  if (total >= LIMIT || load<u16>(connection) >= CONNECTION_SHARE || load<u16>(address) >= ADDRESS_SHARE) {
    postponements++;
    return false;
  }
  total++;
  store<u16>(connection, load<u16>(connection) + 1);
  store<u16>(address, load<u16>(address) + 1);
  return true;
}

function placeOfAddress(): usize {
  if (!resolveAddress()) return counts;
  // An IPv4 address, which is mapped, counts as a whole; whoever has one of IPv6 has all of its /64.
  return placeOf(addressHigh, addressHigh == 0 ? addressLow : 0);
}

function placeOf(first: u64, last: u64): usize {
  store<u64>(name, first);
  store<u64>(name, last, 8);
  return counts + ((<usize>(hashOf(name, 16) % PLACES)) << 1);
}
