// Remembers whom a Basic credential authenticates, by the host's answer. The credential itself is not kept: a good one is known by
// the session that the cache has under its digest, a bad one by that digest alone. The digest is keyed with a secret of this
// gate, so that nothing can be learnt from it nor aimed at it. What the host has said to one client counts for no other address: the
// host bans addresses that guess, and a banned one would learn here of a guess that is right.
import { final, init, Sha512, SHA512_BYTES, update } from "../../crypto/sha512";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { Client, resolveClient } from "../policy/client";
import { findSession } from "./cache";
import { noteUnanswered } from "./lease";
import { admit, Session } from "./session";
import { takeIdentity } from "./verify";

/** A NUL, which no token begins with, and the digest. */
export const DIGEST_KEY_LENGTH: i32 = 65;
const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const secret: usize = memory.data(64, 8);
const NUL: usize = memory.data(1);
/** An address as its two words. */
const ADDRESS_BYTES: i32 = 2 * <i32>sizeof<u64>();
const address: usize = memory.data(2 * <i32>sizeof<u64>(), 8);

/** Seconds for which the host is not asked again about a bad credential, and about one that it had no answer about. */
const BAD_SECONDS: u64 = 5;
const UNANSWERED_SECONDS: u64 = 2;
const PLACES: u64 = 1024;

/** A credential that the host does not vouch for. */
@unmanaged
class Noted {
  tag: u64;
  /** When it was said, in seconds. */
  since: i64;
  /** Whether it is bad; else the host had no answer about it. */
  isBad: bool;
}

// @ts-ignore: decorator
@lazy
const noted: usize = memory.data(1024 * 24, 8);

/** Takes the secret of this gate: 64 bytes. */
export function keepDigestSecret(at: usize): void {
  memory.copy(secret, at, 64);
}

/**
 * Writes what stands for a client's credential in a cookie domain, its key, to DIGEST_KEY_LENGTH bytes. The session, and what the host
 * has said of the credential, are found by it. Clients whose address nobody can tell are one.
 */
export function writeDigestKey(key: usize, at: usize, length: i32, domain: CookieDomain, client: Client): void {
  const isKnown = resolveClient(client);
  store<u64>(address, isKnown ? client.high : 0);
  store<u64>(address, isKnown ? client.low : 0, sizeof<u64>());
  store<u8>(key, 0);
  init(sha512);
  update(sha512, secret, 64);
  update(sha512, address, ADDRESS_BYTES);
  update(sha512, domain.domainAt, domain.domainLength);
  update(sha512, NUL, 1);
  update(sha512, at, length);
  final(sha512, key + 1);
}

/** The session of the credential with this key, or null; then `isRefused` tells whether the host need not be asked. */
export function findBasicSession(key: usize, domain: CookieDomain, bundle: Bundle): Session | null {
  const session = findSession(key, DIGEST_KEY_LENGTH);
  if (!session || !session.kept.isBasic || session.kept.hasEnded) return null;
  return admit(session.kept, bundle) && session.kept.domain == domain ? session : null;
}

/** Whether the host has just refused the credential with this key. */
export function isRefused(key: usize, now: i64): bool {
  const tag = tagOf(key);
  const place = placeOf(tag);
  // Unsigned, so that a note from before the clock was set back does not hold.
  return place.tag == tag && place.isBad && <u64>(now - place.since) < BAD_SECONDS;
}

/** Whether the host has just had no answer about the credential with this key. */
export function isPutOff(key: usize, now: i64): bool {
  const tag = tagOf(key);
  const place = placeOf(tag);
  return place.tag == tag && !place.isBad && <u64>(now - place.since) < UNANSWERED_SECONDS;
}

/** Names the credential that this key stands for: 63 bits of its digest, never 0. */
export function tagOf(key: usize): u64 {
  return (load<u64>(key, 1) >> 1) | 1;
}

/** Notes that the host refuses the credential of this key, whatever it has said of it before. */
export function noteRefused(key: usize, now: i64): void {
  note(key, now, true);
  const session = findSession(key, DIGEST_KEY_LENGTH);
  if (session) session.kept.hasEnded = true;
}

/** Notes that the host, which answers otherwise, had no answer about the credential of this key. */
export function notePutOff(key: usize, now: i64): void {
  note(key, now, false);
  const session = findSession(key, DIGEST_KEY_LENGTH);
  if (session) noteUnanswered(session, now);
}

function note(key: usize, now: i64, isBad: bool): void {
  const tag = tagOf(key);
  const place = placeOf(tag);
  place.tag = tag;
  place.since = now;
  place.isBad = isBad;
}

/** Notes that the host vouches for a credential, see `takeIdentity`. False when it does not. */
export function noteVouched(key: usize, voucher: usize, length: i32, bundle: Bundle, now: i64): bool {
  return takeIdentity(key, DIGEST_KEY_LENGTH, voucher, length, bundle, now) != null;
}

function placeOf(tag: u64): Noted {
  return changetype<Noted>(noted + <usize>((tag >> 1) % PLACES) * offsetof<Noted>());
}
