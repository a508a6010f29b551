// Verification of Ed25519 signatures (RFC 8032, section 5.1.7), as strict as the RFC allows: integers and points must be in
// their one encoding, and neither the public key nor R may be of small order, where a signature says nothing about who made
// it. The equation is the one without the cofactor: S B - k A is compared with R as bytes.
import { isSame } from "../../memory/bytes";
import { DIGEST_BYTES, final, init, Sha512, SHA512_BYTES, update } from "../sha512";
import { NARROWEST_MULTIPLES_BYTES, prepareMultiples, subtractProducts } from "./multiples";
import { decode, encode, ENCODED_POINT_BYTES, isOfSmallOrder } from "./point";
import { reduce, SCALAR_BYTES } from "./scalar";

export const PUBLIC_KEY_BYTES: usize = ENCODED_POINT_BYTES;

// Each bit more in the digits' width saves additions and doubles the memory: 10 KiB for a key, 20 KiB for the base point B.
const KEY_WIDTH: u32 = 5;
const BASE_WIDTH: u32 = 6;

/**
 * The size of a prepared key:
 *
 *   ┌────────────────────┬─────────────────┐
 *   │ encoded public key │ multiples of it │
 *   └────────────────────┴─────────────────┘
 */
export const PREPARED_KEY_BYTES: usize = PUBLIC_KEY_BYTES + (NARROWEST_MULTIPLES_BYTES << (KEY_WIDTH - 2));

// @ts-ignore: decorator
@lazy
const BASE_MULTIPLES: usize = memory.data(<i32>(NARROWEST_MULTIPLES_BYTES << (BASE_WIDTH - 2)));
let baseIsPrepared = false;

/** Room for the hash of R, the key and the message, or for S widened to the same size. */
const WIDE: usize = memory.data(64);
const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const S: usize = memory.data(32);
const K: usize = memory.data(32);
const R: usize = memory.data(32);

/**
 * Decodes the 32-byte public key at `encoded` and prepares it at `prepared`: PREPARED_KEY_BYTES of the caller's memory, apart
 * from `encoded`. False for a key that is not canonical, not on the curve, or of small order; nothing verifies with it then.
 */
export function prepareKey(encoded: usize, prepared: usize): bool {
  if (!baseIsPrepared) prepareBase();
  memory.fill(prepared, 0, PREPARED_KEY_BYTES);
  if (!decode(encoded) || isOfSmallOrder()) return false;
  decode(encoded);
  prepareMultiples(prepared + PUBLIC_KEY_BYTES, KEY_WIDTH);
  memory.copy(prepared, encoded, PUBLIC_KEY_BYTES);
  return true;
}

/** Whether the 64 bytes at `signature` sign the message under the key that `prepareKey` left at `prepared`. */
export function verify(prepared: usize, message: usize, messageLength: i32, signature: usize): bool {
  const encodedS = signature + ENCODED_POINT_BYTES;
  memory.fill(WIDE, 0, DIGEST_BYTES);
  memory.copy(WIDE, encodedS, SCALAR_BYTES);
  reduce(S, WIDE);
  if (!isSame(S, encodedS, <i32>SCALAR_BYTES)) return false;

  init(sha512);
  update(sha512, signature, <i32>ENCODED_POINT_BYTES);
  update(sha512, prepared, <i32>PUBLIC_KEY_BYTES);
  update(sha512, message, messageLength);
  final(sha512, WIDE);
  reduce(K, WIDE);

  subtractProducts(S, BASE_MULTIPLES, BASE_WIDTH, K, prepared + PUBLIC_KEY_BYTES, KEY_WIDTH);
  encode(R);
  return isSame(R, signature, <i32>ENCODED_POINT_BYTES) && !isOfSmallOrder();
}

/** B is the point with y = 4/5 and an even x (section 5.1). */
function prepareBase(): void {
  memory.fill(WIDE, 0x66, ENCODED_POINT_BYTES);
  store<u8>(WIDE, 0x58);
  decode(WIDE);
  prepareMultiples(BASE_MULTIPLES, BASE_WIDTH);
  baseIsPrepared = true;
}
