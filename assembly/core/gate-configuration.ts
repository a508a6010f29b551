// What the configurations of all gates have in common, whichever proxy they come from: the limits, the words for what is wrong with
// them, and the secret that a gate makes of its own.
import { DIGEST_BYTES, final, init, Sha512, SHA512_BYTES, update } from "../crypto/sha512";
import { text, Text } from "../memory/text";
import { MIN_CACHE_BYTES } from "./session/cache";

/** Seconds, where a configuration names no age at which a bundle is no longer believed. */
export const DEFAULT_MAX_STALE: i64 = 3600;
const MAX_CACHE_BYTES: i64 = 256 * 1024 * 1024;

export const NOT_ROOT_KEYS = text('root_keys: must be a list of Ed25519 keys such as {"kid": "…", "x": "…"}');
export const NOT_NETWORKS = text("trusted_proxies: must be a list of addresses and CIDRs");

/** What is wrong with an age in seconds or the bytes of a session cache, or null. */
export function limitProblem(maxStale: i64, cacheBytes: i64): Text | null {
  if (maxStale < 0) return text("max_stale: must be a number of seconds, 0 for no limit");
  if (cacheBytes < <i64>MIN_CACHE_BYTES || cacheBytes > MAX_CACHE_BYTES) {
    return text("cache_bytes: must lie between 524288 and 268435456");
  }
  return null;
}

const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const secret: usize = memory.data(<i32>DIGEST_BYTES, 8);
/** The moment in nanoseconds, and what the host has for random bytes. */
const RANDOM_BYTES: i32 = 32;
const fresh: usize = memory.data(<i32>sizeof<u64>() + RANDOM_BYTES, 8);

/** Fills so many bytes at random; leaves them as they are where the host has no such bytes. */
type FillRandom = (at: usize, length: i32) => void;

/**
 * Makes a secret of bytes that strangers do not know, of the moment in nanoseconds and of random bytes: DIGEST_BYTES of it, which stay
 * until the next is made. The bytes may be the last secret. What a host calls random may be none: then the others have to do.
 */
export function makeSecret(at: usize, length: i32, now: u64, fillRandom: FillRandom): usize {
  store<u64>(fresh, now);
  fillRandom(fresh + sizeof<u64>(), RANDOM_BYTES);
  init(sha512);
  update(sha512, at, length);
  update(sha512, fresh, <i32>sizeof<u64>() + RANDOM_BYTES);
  final(sha512, secret);
  return secret;
}
