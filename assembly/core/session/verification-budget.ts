// How many unknown tokens are verified in a second: a flood of forged ones must not take a worker from its users, whose
// sessions it knows already. Every client address has a share, and all together have a limit.
import { addressHigh, addressLow } from "../policy/network";
import { hashOf } from "./cache";

/** Signatures a second of one address (an IPv6 one is its /64), some 15 ms of work. */
const SHARE: i32 = 250;
/** Signatures a second of everybody together. */
const LIMIT: i32 = 2000;

const PLACES: u64 = 1024;
/** Per place, how many of the second. Addresses that meet in a place share it. */
// @ts-ignore: decorator
@lazy
const counts: usize = memory.data(1024 * 2, 8);
/** The address as bytes, to be hashed. */
const address: usize = memory.data(16, 8);

let second: i64 = 0;
let total: i32 = 0;
let resolveAddress: () => bool = () => false;

/** Verifications that were postponed so far. */
export let postponements: u64 = 0;

/** Sets how the client's address is found, once for a request. */
export function beginVerifying(resolver: () => bool): void {
  resolveAddress = resolver;
}

/** Whether one more signature may be checked for the client of the current request; counts it. */
export function mayVerify(now: i64): bool {
  if (now != second) {
    second = now;
    total = 0;
    memory.fill(counts, 0, <usize>PLACES * 2);
  }
  const place = counts + ((<usize>(hashOfClient() % PLACES)) << 1);
  const count: i32 = load<u16>(place);
  if (count >= SHARE || total >= LIMIT) {
    postponements++;
    return false;
  }
  store<u16>(place, <u16>(count + 1));
  total++;
  return true;
}

function hashOfClient(): u64 {
  if (!resolveAddress()) return 0;
  store<u64>(address, addressHigh);
  // An IPv4 address, which is mapped, counts as a whole; whoever has one of IPv6 has all of its /64.
  store<u64>(address, addressHigh == 0 ? addressLow : 0, 8);
  return hashOf(address, 16);
}
