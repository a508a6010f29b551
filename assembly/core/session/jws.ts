// JSON Web Signatures in compact serialization (RFC 7515 §7.1), signed with Ed25519 (`alg: EdDSA`, RFC 8037 §3.1). Tokens and
// bundles are both read here; the cheap checks come first and the signature last.
import { verify } from "../../crypto/ed25519/verify";
import { decodeBase64url } from "../../encoding/base64url";
import { createJsonReader } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { Slice } from "../../memory/slice";
import { isText, text, Text } from "../../memory/text";
import { PublicKey } from "./public-key";

const DOT: u8 = 0x2e;
/** A 64-byte signature in base64url. */
export const SIGNATURE_LENGTH: i32 = 86;
/** No header of ours comes near it. */
const MAX_HEADER_LENGTH: i32 = 1024;

const reader = createJsonReader();

/** Where the parts of a JWS are, each still in base64url. */
@unmanaged
export class Jws {
  /** Also where the signed part begins: everything before the second dot. */
  headerAt: usize;
  headerLength: i32;
  payloadAt: usize;
  payloadLength: i32;
  signedLength: i32;
  /** SIGNATURE_LENGTH bytes. */
  signatureAt: usize;
}

/** Finds the three parts. False unless there are exactly two dots and a signature of the right length. */
export function splitJws(jws: Jws, at: usize, length: i32): bool {
  let first = -1;
  let second = -1;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) != DOT) continue;
    if (first < 0) first = i;
    else if (second < 0) second = i;
    else return false;
  }
  if (first < 1 || first > MAX_HEADER_LENGTH || length - second - 1 != SIGNATURE_LENGTH) return false;
  jws.headerAt = at;
  jws.headerLength = first;
  jws.payloadAt = at + first + 1;
  jws.payloadLength = second - first - 1;
  jws.signedLength = second;
  jws.signatureAt = at + second + 1;
  return jws.payloadLength > 0;
}

/**
 * The key that the header of a JWS names, or null: when `alg` is not EdDSA, `typ` is another one, `crit` asks
 * for something (RFC 7515 §4.1.11), or no key of the list has that `kid`.
 */
export function keyOfHeader(jws: Jws, keys: PublicKey | null, type: Text): PublicKey | null {
  const decoded = allocateInArena(jws.headerLength);
  const length = decodeBase64url(jws.headerAt, jws.headerLength, decoded);
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

/** Decodes the payload of a JWS into the arena. False when it is not base64url. */
export function decodePayload(payload: Slice, jws: Jws): bool {
  payload.at = allocateInArena(jws.payloadLength);
  if (!payload.at) return false;
  payload.length = decodeBase64url(jws.payloadAt, jws.payloadLength, payload.at);
  return payload.length >= 0;
}

const signature: usize = memory.data(64, 8);

/** Whether a JWS is signed by this key. */
export function isSignedBy(jws: Jws, key: PublicKey): bool {
  if (decodeBase64url(jws.signatureAt, SIGNATURE_LENGTH, signature) != 64) return false;
  return verify(key.prepared, jws.headerAt, jws.signedLength, signature);
}
