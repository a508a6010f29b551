// The groups that a policy asks about by name, in the order in which its rules name them, repetitions included. By this list a token
// can say in a bit each which of them somebody is in, whose groups are too many for a token; a digest of the list tells whether a
// token speaks of this policy's. host/core/policy.ts reads the list for the host, which writes such tokens.
import { DIGEST_BYTES, final, init, Sha512, SHA512_BYTES, update } from "../../crypto/sha512";
import { allocateInArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { Policy } from "./policy";

/** Bytes of a list's digest: the first of its SHA-512. */
export const LIST_DIGEST_BYTES: i32 = 16;

const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const digest: usize = memory.data(<i32>DIGEST_BYTES, 8);

/**
 * Lists the groups, packed as in Identity, in the arena: all of them, or with `bits` those whose bit is set (from the highest of the
 * first byte on). False where there is no list, for there is no room, or a name is too long to be packed.
 */
export function listAskedGroups(list: Slice, policy: Policy, bits: usize, bitsLength: i32): bool {
  list.length = walk(policy, 0, bits, bitsLength);
  list.at = list.length < 0 ? 0 : allocateInArena(list.length);
  if (!list.at) return false;
  walk(policy, list.at, bits, bitsLength);
  return true;
}

/** Whether a digest of LIST_DIGEST_BYTES is that of the list of all groups that the policy asks about. */
export function isListDigest(policy: Policy, at: usize): bool {
  if (!policy.hasListDigest) {
    const list = changetype<Slice>(allocateInArena(offsetof<Slice>()));
    if (!listAskedGroups(list, policy, 0, 0)) return false;
    init(sha512);
    update(sha512, list.at, list.length);
    final(sha512, digest);
    policy.listDigestHead = load<u64>(digest);
    policy.listDigestTail = load<u64>(digest, 8);
    policy.hasListDigest = true;
  }
  return load<u64>(at) == policy.listDigestHead && load<u64>(at, 8) == policy.listDigestTail;
}

/**
 * Goes through the groups. Writes those that count to `target`, if there is one, and returns how many bytes they take; -1 when one
 * has a name that is too long to be packed.
 */
function walk(policy: Policy, target: usize, bits: usize, bitsLength: i32): i32 {
  let size = 0;
  let index = 0;
  for (let rule = policy.rules; rule !== null; rule = rule!.next) {
    for (let alternative = rule.subjects; alternative !== null; alternative = alternative!.next) {
      for (let term = alternative.terms; term !== null; term = term!.next) {
        if (!term.isGroup) continue;
        const length = term.nameLength;
        if (length > 0xffff) return -1;
        const counts = !bits || hasBit(bits, bitsLength, index);
        index++;
        if (!counts) continue;
        if (target) {
          store<u16>(target + size, <u16>length);
          memory.copy(target + size + 2, term.nameAt, length);
        }
        size += 2 + length;
      }
    }
  }
  return size;
}

function hasBit(bits: usize, length: i32, index: i32): bool {
  const place = index >> 3;
  return place < length && (load<u8>(bits + place) & (0x80 >> (index & 7))) != 0;
}
