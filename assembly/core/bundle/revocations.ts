// What the host has taken back before its time: single sessions by id, and all of a user's tokens issued before a moment.
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { JsonReader } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { Region } from "../../memory/region";

/** One entry of either table; a session's `notBefore` is not used. */
@unmanaged
class Entry {
  keyAt: usize;
  keyLength: i32;
  notBefore: i64;
}

/** An open-addressed table of byte strings, at most half full. */
@unmanaged
export class RevocationTable {
  entries: usize;
  /** Number of places less one; the number is a power of two. */
  mask: u32;
  used: u32;
}

const INITIAL_PLACES: u32 = 16;

export function createRevocationTable(region: Region): RevocationTable {
  const table = changetype<RevocationTable>(region.allocate(offsetof<RevocationTable>()));
  table.mask = INITIAL_PLACES - 1;
  table.entries = region.allocate(INITIAL_PLACES * offsetof<Entry>());
  return table;
}

/** Reads `["sid", …]`. */
export function readRevokedSessions(region: Region, reader: JsonReader, table: RevocationTable): void {
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    insert(region, table, region.copy(reader.textAt, reader.textLength), reader.textLength).notBefore = 0;
  }
}

/** Reads `{"user": seconds, …}`. */
export function readNotBefore(region: Region, reader: JsonReader, table: RevocationTable): void {
  reader.enterObject();
  while (reader.nextKey()) {
    const length = reader.textLength;
    const at = region.copy(reader.textAt, length);
    insert(region, table, at, length).notBefore = reader.integer();
  }
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
    const entry = changetype<Entry>(table.entries + (i & table.mask) * offsetof<Entry>());
    if (!entry.keyAt || siphash(NO_SECRET, entry.keyAt, entry.keyLength) == key.digest) return entry;
    i++;
  }
}

/** The key's entry, or the empty place where it would be. */
function find(table: RevocationTable, at: usize, length: i32): Entry {
  let i = hash(at, length);
  while (true) {
    const entry = changetype<Entry>(table.entries + (i & table.mask) * offsetof<Entry>());
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
    const old = changetype<Entry>(oldEntries + i * offsetof<Entry>());
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
