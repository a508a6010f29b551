// JSON Web Signatures in compact serialization (RFC 7515 §7.1), signed with Ed25519 (`alg: EdDSA`, RFC 8037 §3.1). Tokens and
// bundles are both read here; the cheap checks come first and the signature last.
import { verify } from "../../crypto/ed25519/verify";
import { decodeBase64url } from "../../encoding/base64url";
import { createJsonReader } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { isText, text, Text } from "../../memory/text";
import { PublicKey } from "./public-key";

const DOT: u8 = 0x2e;
/** A 64-byte signature in base64url. */
export const SIGNATURE_LENGTH: i32 = 86;
/** No header of ours comes near it. */
const MAX_HEADER_LENGTH: i32 = 1024;

const reader = createJsonReader();

/** The parts of the JWS split last; the signed part is everything before the second dot. */
let headerAt: usize = 0;
let headerLength: i32 = 0;
let payloadPartAt: usize = 0;
let payloadPartLength: i32 = 0;
export let signatureAt: usize = 0;
let signedLength: i32 = 0;

/** The decoded payload, in the arena. */
export let payloadAt: usize = 0;
export let payloadLength: i32 = 0;

/** Finds the three parts. False unless there are exactly two dots and a signature of the right length. */
export function splitJws(at: usize, length: i32): bool {
  let first = -1;
  let second = -1;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) != DOT) continue;
    if (first < 0) first = i;
    else if (second < 0) second = i;
    else return false;
  }
  if (first < 1 || first > MAX_HEADER_LENGTH || length - second - 1 != SIGNATURE_LENGTH) return false;
  headerAt = at;
  headerLength = first;
  payloadPartAt = at + first + 1;
  payloadPartLength = second - first - 1;
  signatureAt = at + second + 1;
  signedLength = second;
  return payloadPartLength > 0;
}

/**
 * The key that the header of the JWS split last names, or null: when `alg` is not EdDSA, `typ` is another one, `crit` asks
 * for something (RFC 7515 §4.1.11), or no key of the list has that `kid`.
 */
export function keyOfHeader(keys: PublicKey | null, type: Text): PublicKey | null {
  const decoded = allocateInArena(headerLength);
  const length = decodeBase64url(headerAt, headerLength, decoded);
  if (length < 0) return null;
  reader.read(decoded, length);
  let isEdDsa: bool = false;
  let isType: bool = false;
  let kidAt: usize = 0;
  let kidLength = 0;
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(text("alg, typ, kid, crit"))) {
      case 0:
        isEdDsa = reader.string() && isText(reader.textAt, reader.textLength, text("EdDSA"));
        break;
      case 1:
        isType = reader.string() && isText(reader.textAt, reader.textLength, type);
        break;
      case 2:
        reader.string();
        kidAt = reader.textAt;
        kidLength = reader.textLength;
        break;
      case 3:
        return null;
      default:
        reader.skip();
    }
  }
  if (!reader.finished() || !isEdDsa || !isType || !kidAt) return null;
  let key = keys;
  while (key && !equal(key.kidAt, key.kidLength, kidAt, kidLength)) key = key.next;
  return key;
}

/** Decodes the payload of the JWS split last into the arena. */
export function decodePayload(): bool {
  payloadAt = allocateInArena(payloadPartLength);
  if (!payloadAt) return false;
  payloadLength = decodeBase64url(payloadPartAt, payloadPartLength, payloadAt);
  return payloadLength >= 0;
}

const signature: usize = memory.data(64, 8);

/** Whether the JWS split last is signed by this key. */
export function isSignedBy(key: PublicKey): bool {
  if (decodeBase64url(signatureAt, SIGNATURE_LENGTH, signature) != 64) return false;
  return verify(key.prepared, headerAt, signedLength, signature);
}
