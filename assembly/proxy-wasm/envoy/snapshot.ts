// What was revoked since the last whole bundle, as one worker of an Envoy gives it to the others: not signed by the host, but under a MAC
// whose key is made of the edge token, so that nobody can have written it who has not this configuration.
//
//   ┌───────────┬──────────────┬───────────────┬──────────────────┬───────────────┬─
//   │ MAC: 16 B │ version: i64 │ issuedAt: i64 │ baseLength: i64  │ base, aligned │ revocations …
//   └───────────┴──────────────┴───────────────┴──────────────────┴───────────────┴─
//
//   revocation: until: i64, notBefore: i64 (0 for a session's), length: i64, the session's id or the user's name, aligned
import { beginEpoch, bundle, Bundle, BundleResult, compareToCurrent } from "../../core/bundle/bundle";
import { entryAt, revoke, RevocationTable, withoutForgotten } from "../../core/bundle/revocations";
import { siphash128, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { Writer } from "../../encoding/writer";
import { equal, isSame } from "../../memory/bytes";
import { Slice } from "../../memory/slice";
import { Configuration } from "../edge/configuration";

const MAC_BYTES: i32 = 16;


@unmanaged
class Head {
  version: i64;
  issuedAt: i64;
  baseLength: i64;
}


@unmanaged
class Revoked {
  until: i64;
  notBefore: i64;
  length: i64;
}

const head: Head = changetype<Head>(memory.data(offsetof<Head>(), 8));
const revoked: Revoked = changetype<Revoked>(memory.data(offsetof<Revoked>(), 8));

/** Writes one of all that is revoked in a bundle. */
export function writeSnapshot(to: Writer, from: Bundle, configuration: Configuration): void {
  const tables = bytesOf(from.revocations.sessions) + bytesOf(from.revocations.users);
  to.begin(MAC_BYTES + <i32>offsetof<Head>() + from.baseLength + 8 + tables);
  for (let i = 0; i < MAC_BYTES; i++) to.byte(0);
  head.version = from.version;
  head.issuedAt = from.issuedAt;
  head.baseLength = from.baseLength;
  to.bytes(changetype<usize>(head), offsetof<Head>());
  writeAligned(to, from.baseAt, from.baseLength);
  writeTable(to, from.revocations.sessions);
  writeTable(to, from.revocations.users);
  if (to.length > MAC_BYTES) siphash128(keyOf(configuration), to.at + MAC_BYTES, to.length - MAC_BYTES, to.at);
}

function bytesOf(table: RevocationTable): i32 {
  let bytes = 0;
  for (let i: u32 = 0; i <= table.mask; i++) bytes += <i32>offsetof<Revoked>() + 8 + entryAt(table, i).keyLength;
  return bytes;
}

function writeTable(to: Writer, table: RevocationTable): void {
  for (let i: u32 = 0; i <= table.mask; i++) {
    const entry = entryAt(table, i);
    if (!entry.keyAt) continue;
    revoked.until = entry.until;
    // Those of users are told from sessions by this, which is above 0 for every user that counts.
    revoked.notBefore = entry.notBefore;
    revoked.length = entry.keyLength;
    to.bytes(changetype<usize>(revoked), offsetof<Revoked>());
    writeAligned(to, entry.keyAt, entry.keyLength);
  }
}

/** Writes bytes, and zeros up to where the next thing is aligned to 8. */
export function writeAligned(to: Writer, at: usize, length: i32): void {
  to.bytes(at, length);
  for (let i = <i32>align(length) - length; i > 0; i--) to.byte(0);
}

const mac: usize = memory.data(MAC_BYTES, 8);

/** Takes one that goes on from the bundle in force, and is newer. */
export function takeSnapshot(found: Slice, configuration: Configuration): void {
  const current = bundle;
  if (!current || found.length < MAC_BYTES + <i32>offsetof<Head>()) return;
  siphash128(keyOf(configuration), found.at + MAC_BYTES, found.length - MAC_BYTES, mac);
  if (!isSame(mac, found.at, MAC_BYTES)) return;
  const read = changetype<Head>(found.at + MAC_BYTES);
  const baseAt = found.at + MAC_BYTES + offsetof<Head>();
  const end = found.at + found.length;
  const baseLength = <i32>read.baseLength;
  if (<u64>read.baseLength > <u64>(end - baseAt)) return;
  if (compareToCurrent(read.version, read.issuedAt) != BundleResult.Accepted) return;
  if (!equal(baseAt, baseLength, current.baseAt, current.baseLength)) return;
  beginEpoch(current);
  const revocations = withoutForgotten(current.revocations, read.issuedAt);
  current.revocations = revocations;
  let at = baseAt + align(baseLength);
  while (at + offsetof<Revoked>() <= end) {
    const one = changetype<Revoked>(at);
    at += offsetof<Revoked>();
    if (<u64>one.length > <u64>(end - at)) return;
    const table = one.notBefore > 0 ? revocations.users : revocations.sessions;
    revoke(revocations, table, at, <i32>one.length, one.until).notBefore = one.notBefore;
    at += align(<i32>one.length);
  }
  current.version = read.version;
  current.issuedAt = read.issuedAt;
}

/** What a length comes to where the next thing is aligned to 8. */
export function align(length: i32): usize {
  return (<usize>length + 7) & ~7;
}

const NO_KEY: usize = memory.data(SIPHASH_KEY_BYTES, 8);
const key: usize = memory.data(SIPHASH_KEY_BYTES, 8);

function keyOf(configuration: Configuration): usize {
  siphash128(NO_KEY, configuration.edgeTokenAt, configuration.edgeTokenLength, key);
  return key;
}
