// A hash that only this gate can tell, which spreads what clients choose over tables: nobody outside can aim at a place.
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";

const key: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/** Takes the key: SIPHASH_KEY_BYTES that only this gate knows. */
export function keyHashes(secret: usize): void {
  memory.copy(key, secret, SIPHASH_KEY_BYTES);
}

/** The hash of these bytes. */
export function hashOf(at: usize, length: i32): u64 {
  return siphash(key, at, length);
}
