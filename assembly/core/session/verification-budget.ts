// How many tokens that do not verify are found out in a second. A flood of forged ones must not take a worker from its users;
// that is why each connection and each client address has a share, and all together have a limit. What verifies counts for
// nothing: of valid tokens there are no more than the host has signed, and their sessions must get in however many they are.
import { Client, resolveClient } from "../policy/client";
import { hashOf } from "./keyed-hash";
import { sessionCounts } from "./counts";
import { isSignedBy, Jws } from "./jws";
import { PublicKey } from "./public-key";

/** Forged signatures a second on one connection, some 5 ms of work. */
const CONNECTION_SHARE: u32 = 100;
/** Forged signatures a second of one address (an IPv6 one is its /64), behind which there may be a whole office. */
const ADDRESS_SHARE: u32 = 500;
/** Forged signatures a second of everybody together, some 100 ms of work. */
const LIMIT: u32 = 2000;
/** The part of the limit that is left to clients who have sent few forged tokens in this second, whatever others send. */
const KEPT_FOR_NEWCOMERS: u32 = 500;
const FEW: u32 = 8;
/**
 * Nanoseconds in which one more signature may turn out forged, of whoever has used up a share: behind a proxy that is not
 * trusted to say whom it speaks for, a flood and everybody else are one client, and the others must get in at last.
 */
const LATE_PERIOD: u64 = 4_000_000;

const PLACES: u64 = 1024;
/** Per place of a connection and then of an address, how many of the second. Who meets in a place shares it. */
// @ts-ignore: decorator
@lazy
const counts: usize = memory.data(2048 * 2, 8);
/** The count of a connection without a number, always 0. */
const unnumbered: usize = memory.data(2, 2);
/** A connection's number or an address, to be hashed. */
const name: usize = memory.data(16, 8);


@unmanaged
class Budget {
  /** The second that is counted, since the epoch, and how many signatures turned out forged in it. */
  second: i64;
  total: u32;
  /** A function that numbers a client's connection, and a clock of nanoseconds, both from the shell. */
  connectionNumber: usize;
  clock: usize;
  /** The period of the last signature that was checked though a share was used up, and turned out forged. */
  latePeriod: u64;
}

const budget: Budget = changetype<Budget>(memory.data(offsetof<Budget>(), 8));

/** The number of a client's connection; 0 where a connection is nobody's own. */
type ConnectionNumber = (client: Client) => u64;
type Clock = () => u64;

export const enum Verdict {
  Signed,
  Forged,
  /** Too many were forged for this one to be looked at now. */
  Postponed,
}

/** Sets how a request's client is told from others besides its address, and a clock of nanoseconds. */
export function tellClientsApart(connectionNumber: ConnectionNumber, clock: Clock): void {
  budget.connectionNumber = changetype<usize>(connectionNumber);
  budget.clock = changetype<usize>(clock);
}

/** Checks the signature of a client's JWS, if that may be. `now` is in seconds. */
export function verifyWithinBudget(jws: Jws, key: PublicKey, client: Client, now: i64): Verdict {
  if (now != budget.second) {
    budget.second = now;
    budget.total = 0;
    memory.fill(counts, 0, <usize>PLACES * 4);
  }
  // First the address, which says whether the connection is the client's own.
  const address = placeOfAddress(client) + <usize>PLACES * 2;
  const number = budget.connectionNumber ? changetype<ConnectionNumber>(budget.connectionNumber)(client) : 0;
  const connection = number ? placeOf(number, 1) : unnumbered;
  store<u16>(unnumbered, 0);
  const isWithinShare = isLeft(load<u16>(connection), load<u16>(address));
  const period = isWithinShare || !budget.clock ? 0 : changetype<Clock>(budget.clock)() / LATE_PERIOD;
  if (!isWithinShare && period == budget.latePeriod) {
    sessionCounts.postponements++;
    return Verdict.Postponed;
  }
  sessionCounts.verifications++;
  if (isSignedBy(jws, key)) return Verdict.Signed;
  if (isWithinShare) {
    budget.total++;
    store<u16>(connection, load<u16>(connection) + 1);
    store<u16>(address, load<u16>(address) + 1);
  } else {
    budget.latePeriod = period;
  }
  return Verdict.Forged;
}

/** Whether one more may turn out forged, when so many of its connection and its address have. */
function isLeft(ofConnection: u32, ofAddress: u32): bool {
  const kept = ofConnection < FEW && ofAddress < FEW ? 0 : KEPT_FOR_NEWCOMERS;
  return budget.total + kept < LIMIT && ofConnection < CONNECTION_SHARE && ofAddress < ADDRESS_SHARE;
}

function placeOfAddress(client: Client): usize {
  if (!resolveClient(client)) return counts;
  // An IPv4 address, which is mapped, counts as a whole; whoever has one of IPv6 has all of its /64.
  return placeOf(client.high, client.high == 0 ? client.low : 0);
}

function placeOf(first: u64, last: u64): usize {
  store<u64>(name, first);
  store<u64>(name, last, 8);
  return counts + ((<usize>(hashOf(name, 16) % PLACES)) << 1);
}
