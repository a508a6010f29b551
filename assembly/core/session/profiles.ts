// Profiles of people with more groups, or longer names, than a token holds. Their tokens have a digest in place of those, by which the
// profile is known again, wherever it comes from: only these bytes have it. The host sends a profile with each lease. Profiles have
// memory of their own, so that no number of them makes others' sessions be forgotten; when it is full, the oldest makes way and is
// asked for again. What stands here of a profile is read where it lies, until the next one is kept.
import { DIGEST_BYTES, final, init, Sha512, SHA512_BYTES, update } from "../../crypto/sha512";
import { createJsonReader } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { text } from "../../memory/text";
import { packGroups } from "../identity";

/** Of a profile's SHA-512, the first bytes. */
export const PROFILE_DIGEST_BYTES: i32 = 32;
/** The longest profile that the host makes: no server takes longer headers. */
const MAX_PROFILE_BYTES: i32 = 64 * 1024;


@unmanaged
export class Profile {
  /** The first eight bytes of its digest; the others come first in its memory. */
  head: u64;
  /** Its memory; 0 when the place is free. */
  at: usize;
  size: u32;
  /** Which in the order of all that were kept it is. */
  number: u32;
  groupsAt: usize;
  groupsLength: i32;
  nameAt: usize;
  nameLength: i32;
  emailAt: usize;
  emailLength: i32;
}

const WAYS: usize = 8;
const LEAST_SETS: u32 = 64;
/** There is a place for so many bytes that profiles may take: half of the smallest, so that hardly a set is full before the memory is. */
const BYTES_PER_PLACE: u32 = 2048;

/** What all profiles take, and may take, how many were kept, and their places. */
@unmanaged
class Kept {
  bytes: u32;
  limit: u32;
  count: u32;
  sets: u32;
  places: usize;
}

const kept: Kept = changetype<Kept>(memory.data(offsetof<Kept>(), 8));
const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const digest: usize = memory.data(<i32>DIGEST_BYTES, 8);
const reader = createJsonReader();

/** Says how much memory profiles may take. How many there may be follows from what is said first. */
export function limitProfiles(bytes: u32): void {
  kept.limit = bytes;
  if (kept.places) return;
  kept.sets = max(LEAST_SETS, bytes / BYTES_PER_PLACE / <u32>WAYS);
  const size = <usize>kept.sets * WAYS * offsetof<Profile>();
  kept.places = heap.alloc(size);
  memory.fill(kept.places, 0, size);
}

/** The profile with this digest, or null. */
export function findProfile(hash: usize): Profile | null {
  if (!kept.places) return null;
  const head = load<u64>(hash);
  const set = setOf(head);
  for (let way: usize = 0; way < WAYS; way++) {
    const place = placeAt(set + way);
    if (place.at && place.head == head && equal(place.at, PROFILE_DIGEST_BYTES, hash, PROFILE_DIGEST_BYTES))
      return place;
  }
  return null;
}

/** Keeps a profile that has this digest, of so many bytes, which this changes. False when it has another one or is none. */
export function keepProfile(hash: usize, at: usize, length: i32): bool {
  if (findProfile(hash)) return true;
  if (length <= 0 || length > MAX_PROFILE_BYTES) return false;
  init(sha512);
  update(sha512, at, length);
  final(sha512, digest);
  if (!equal(digest, PROFILE_DIGEST_BYTES, hash, PROFILE_DIGEST_BYTES)) return false;
  // Each text takes less here than in the JSON.
  const size = <u32>(PROFILE_DIGEST_BYTES + length);
  if (size > kept.limit) return false;
  const place = makeRoom(load<u64>(hash), size);
  place.at = heap.alloc(size);
  place.size = size;
  place.head = load<u64>(hash);
  place.number = ++kept.count;
  kept.bytes += size;
  memory.copy(place.at, hash, PROFILE_DIGEST_BYTES);
  if (read(place, at, length)) return true;
  forget(place);
  return false;
}

/** A free place for a profile, for which there is memory; the oldest that are in the way are forgotten. */
function makeRoom(head: u64, size: u32): Profile {
  while (kept.bytes + size > kept.limit) forget(oldestOf(0, <usize>kept.sets * WAYS));
  const set = setOf(head);
  for (let way: usize = 0; way < WAYS; way++) {
    if (!placeAt(set + way).at) return placeAt(set + way);
  }
  const oldest = oldestOf(set, WAYS);
  forget(oldest);
  return oldest;
}

/** The oldest profile of so many places; a free place when there is none. */
function oldestOf(first: usize, count: usize): Profile {
  let oldest = placeAt(first);
  for (let i: usize = 1; i < count; i++) {
    const place = placeAt(first + i);
    if (place.at && (!oldest.at || place.number < oldest.number)) oldest = place;
  }
  return oldest;
}

function forget(place: Profile): void {
  if (!place.at) return;
  heap.free(place.at);
  kept.bytes -= place.size;
  memory.fill(changetype<usize>(place), 0, offsetof<Profile>());
}

/** Reads `{"name": …, "email": …, "groups": […]}` into a profile's memory. What comes twice makes it none: there is no room for it. */
function read(profile: Profile, at: usize, length: i32): bool {
  let to = profile.at + PROFILE_DIGEST_BYTES;
  reader.read(at, length);
  reader.enterObject();
  while (reader.nextKey()) {
    const member = reader.wordIn(text("groups, name, email"));
    if (member < 0) return false;
    const field = changetype<usize>(profile) + offsetof<Profile>("groupsAt") + ((<usize>member) << 3);
    if (load<u32>(field)) return false;
    store<u32>(field, <u32>to);
    if (member == 0) {
      store<i32>(field, <i32>(packGroups(reader, to) - to), 4);
    } else {
      if (!reader.string()) return false;
      memory.copy(to, reader.textAt, reader.textLength);
      store<i32>(field, reader.textLength, 4);
    }
    to += load<i32>(field, 4);
  }
  return reader.finished();
}

function setOf(head: u64): usize {
  return <usize>(head % <u64>kept.sets) * WAYS;
}

function placeAt(index: usize): Profile {
  return changetype<Profile>(kept.places + index * offsetof<Profile>());
}
