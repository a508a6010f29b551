// Which worker polls the host. Every worker of a proxy process runs its own instance; they agree through shared data: the
// leader keeps a lease alive with every tick, and when it stops, another takes it over.
//
// Shared data has no create-if-absent (a compare-and-swap on an absent key is ignored), so a claim is written in one tick
// and only believed when it is still there in the next.
import { nanoseconds } from "../abi/clock";
import { readSharedData, SharedValue } from "../abi/host-calls";
import { proxy_set_shared_data } from "../abi/env";
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { Text } from "../../memory/text";

/** How long a claim holds without being renewed. The period of ticks must be well below. */
const LEASE_NANOSECONDS: u64 = 150_000_000;

/** The shared value: who leads, and until when. */
@unmanaged
class Claim {
  worker: u64;
  until: u64;
}

const claim: Claim = changetype<Claim>(memory.data(offsetof<Claim>(), 8));
const found: SharedValue = changetype<SharedValue>(memory.data(offsetof<SharedValue>(), 8));
const seed: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/** This worker's name: a hash of the moment it first asked, which no two workers share to the nanosecond. */
let self: u64 = 0;

/** Whether this worker leads. Claims the lead when nobody does; called with every tick. */
export function isLeader(key: Text): bool {
  const now = nanoseconds();
  if (!self) {
    store<u64>(seed, now);
    store<u64>(seed, changetype<usize>(claim), 8);
    self = siphash(seed, key.at, key.length) | 1;
  }
  let cas: u32 = 0;
  let leads = false;
  if (readSharedData(found, key) && found.length == offsetof<Claim>()) {
    const current = changetype<Claim>(found.at);
    leads = current.worker == self;
    // The difference is unsigned: large for a claim that has run out, and for one from before the clock was set back. A claim
    // written by another thread since we looked at the clock reaches a little further than a lease, and is to be respected.
    if (!leads && current.until - now < 2 * LEASE_NANOSECONDS) return false;
    cas = found.cas;
  }
  claim.worker = self;
  claim.until = now + LEASE_NANOSECONDS;
  proxy_set_shared_data(key.at, key.length, changetype<usize>(claim), offsetof<Claim>(), cas);
  return leads;
}
