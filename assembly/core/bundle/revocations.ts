// What the host has taken back before its time: single sessions by id, and all of a user's tokens issued before a moment. They live in a
// region of their own, for they come more often than the rest of a bundle, and are forgotten when no token of theirs can be believed.
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { JsonReader } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { createRegion, Region } from "../../memory/region";

/** One entry of either table; a session's `notBefore` is not used. */
@unmanaged
export class Entry {
  keyAt: usize;
  keyLength: i32;
  notBefore: i64;
  /** When the host forgets it, in seconds since the epoch; 0 where it has not said. */
  until: i64;
}

/** An open-addressed table of byte strings, at most half full. */
@unmanaged
export class RevocationTable {
  entries: usize;
  /** Number of places less one; the number is a power of two. */
  mask: u32;
  used: u32;
}

/** All that is revoked. */
@unmanaged
export class Revocations {
  region: Region;
  sessions: RevocationTable;
  users: RevocationTable;
  /** What the region had taken when what is forgotten was thrown out last. */
  bytesThen: usize;
}

const INITIAL_PLACES: u32 = 16;
/** By how much the region grows at least until what is forgotten is thrown out. */
const LEAST_GROWTH: usize = 64 * 1024;

/** None yet, with room for so many sessions and users. */
export function createRevocations(sessions: u32 = 0, users: u32 = 0): Revocations {
  const region = createRegion();
  const revocations = changetype<Revocations>(region.allocate(offsetof<Revocations>()));
  revocations.region = region;
  revocations.sessions = createRevocationTable(region, sessions);
  revocations.users = createRevocationTable(region, users);
  return revocations;
}

function createRevocationTable(region: Region, keys: u32): RevocationTable {
  const table = changetype<RevocationTable>(region.allocate(offsetof<RevocationTable>()));
  let places = INITIAL_PLACES;
  while (places < 2 * keys + 2) places *= 2;
  table.mask = places - 1;
  table.entries = region.allocate(<usize>places * offsetof<Entry>());
  return table;
}

/** Reads `["sid", …]`, which are forgotten at `until`. */
export function readRevokedSessions(to: Revocations, reader: JsonReader, until: i64): void {
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    revoke(to, to.sessions, reader.textAt, reader.textLength, until);
  }
}

/** Reads `{"user": seconds, …}`, which are forgotten at `until`. */
export function readNotBefore(to: Revocations, reader: JsonReader, until: i64): void {
  reader.enterObject();
  while (reader.nextKey()) {
    const entry = revoke(to, to.users, reader.textAt, reader.textLength, until);
    entry.notBefore = max(entry.notBefore, reader.integer());
  }
}

/** Adds a key to a table, where it stays for at least as long as it was to stay before. */
export function revoke(to: Revocations, table: RevocationTable, at: usize, length: i32, until: i64): Entry {
  let entry = find(table, at, length);
  if (!entry.keyAt) entry = insert(to.region, table, to.region.copy(at, length), length);
  else if (entry.until == 0) return entry;
  entry.until = until == 0 ? 0 : max(entry.until, until);
  return entry;
}

/**
 * The revocations without those that are forgotten at `now`, the host's time: others once there is much to throw out, which frees what
 * these have. So they take a few times what is in force, however many come and go.
 */
export function withoutForgotten(revocations: Revocations, now: i64): Revocations {
  const bytes = revocations.region.bytes;
  if (bytes < 2 * revocations.bytesThen + LEAST_GROWTH) return revocations;
  const kept = createRevocations(countInForce(revocations.sessions, now), countInForce(revocations.users, now));
  keep(kept, kept.sessions, revocations.sessions, now);
  keep(kept, kept.users, revocations.users, now);
  kept.bytesThen = kept.region.bytes;
  revocations.region.free();
  return kept;
}

function keep(to: Revocations, table: RevocationTable, from: RevocationTable, now: i64): void {
  for (let i: u32 = 0; i <= from.mask; i++) {
    const entry = entryAt(from, i);
    if (isInForce(entry, now)) revoke(to, table, entry.keyAt, entry.keyLength, entry.until).notBefore = entry.notBefore;
  }
}

function countInForce(table: RevocationTable, now: i64): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i <= table.mask; i++) count += u32(isInForce(entryAt(table, i), now));
  return count;
}

function isInForce(entry: Entry, now: i64): bool {
  return entry.keyAt != 0 && (entry.until == 0 || entry.until > now);
}

/** A place of a table, of which there are `mask` and one; free where its key is at 0. */
export function entryAt(table: RevocationTable, place: u32): Entry {
  return changetype<Entry>(table.entries + <usize>(place & table.mask) * offsetof<Entry>());
}

export function isRevoked(table: RevocationTable, at: usize, length: i32): bool {
  return find(table, at, length).keyAt != 0;
}

/** Tokens issued before this moment are refused, in seconds; 0 when none are. */
export function notBeforeOf(table: RevocationTable, at: usize, length: i32): i64 {
  return find(table, at, length).notBefore;
}

/** A key of whatever length in sixteen bytes, for who has to find it again later and often. */
@unmanaged
export class KeyDigest {
  digest: u64;
  hash: u32;
}

const NO_SECRET: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/** Makes the digest of a key. */
export function digestKey(to: KeyDigest, at: usize, length: i32): void {
  to.digest = siphash(NO_SECRET, at, length);
  to.hash = hash(at, length);
}

/** As isRevoked, of the key with this digest. */
export function hasRevoked(table: RevocationTable, key: KeyDigest): bool {
  return findDigest(table, key).keyAt != 0;
}

/** As notBeforeOf, of the key with this digest. */
export function notBeforeOfDigest(table: RevocationTable, key: KeyDigest): i64 {
  return findDigest(table, key).notBefore;
}

function findDigest(table: RevocationTable, key: KeyDigest): Entry {
  let i = key.hash;
  while (true) {
    const entry = entryAt(table, i);
    if (!entry.keyAt || siphash(NO_SECRET, entry.keyAt, entry.keyLength) == key.digest) return entry;
    i++;
  }
}

/** The key's entry, or the empty place where it would be. */
function find(table: RevocationTable, at: usize, length: i32): Entry {
  let i = hash(at, length);
  while (true) {
    const entry = entryAt(table, i);
    if (!entry.keyAt || equal(entry.keyAt, entry.keyLength, at, length)) return entry;
    i++;
  }
}

function insert(region: Region, table: RevocationTable, at: usize, length: i32): Entry {
  if (table.used * 2 > table.mask) grow(region, table);
  const entry = find(table, at, length);
  if (!entry.keyAt) table.used++;
  entry.keyAt = at;
  entry.keyLength = length;
  return entry;
}

function grow(region: Region, table: RevocationTable): void {
  const oldEntries = table.entries;
  const oldCount = table.mask + 1;
  table.mask = oldCount * 2 - 1;
  table.entries = region.allocate(<usize>oldCount * 2 * offsetof<Entry>());
  for (let i: u32 = 0; i < oldCount; i++) {
    const old = changetype<Entry>(oldEntries + <usize>i * offsetof<Entry>());
    if (!old.keyAt) continue;
    memory.copy(changetype<usize>(find(table, old.keyAt, old.keyLength)), changetype<usize>(old), offsetof<Entry>());
  }
}

/** FNV-1a. The keys come from the signed bundle; a client only asks. */
function hash(at: usize, length: i32): u32 {
  let value: u32 = 0x811c9dc5;
  for (let i = 0; i < length; i++) value = (value ^ load<u8>(at + i)) * 0x01000193;
  return value;
}
