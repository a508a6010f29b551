// Ed25519 public keys as JSON Web Keys (RFC 8037 §2), prepared for verification when they are read.
import { PREPARED_KEY_BYTES, prepareKey } from "../../crypto/ed25519/verify";
import { decodeBase64url } from "../../encoding/base64url";
import { JsonReader } from "../../encoding/json";
import { Region } from "../../memory/region";
import { equal } from "../../memory/bytes";
import { isText, text } from "../../memory/text";

/** 32 bytes in base64url. */
const X_LENGTH: i32 = 43;


@unmanaged
export class PublicKey {
  kidAt: usize;
  kidLength: i32;
  /** What crypto/ed25519 made of the key. */
  prepared: usize;
  next: PublicKey | null;
}

const encoded: usize = memory.data(40, 8);

/**
 * Reads a list of keys, `[{"kid": …, "x": …}]`, into the region. Null, and a failed reader, when one of them is no valid
 * Ed25519 key. `kty` and `crv` may stand beside and must then say so.
 */
export function readPublicKeys(region: Region, reader: JsonReader): PublicKey | null {
  let keys: PublicKey | null = null;
  reader.enterArray();
  while (reader.nextElement()) {
    const key = readPublicKey(region, reader);
    if (!key) return null;
    key.next = keys;
    keys = key;
  }
  return reader.failed ? null : keys;
}

/** Whether two lists hold the same keys under the same names, in whatever order. */
export function areSameKeys(one: PublicKey | null, other: PublicKey | null): bool {
  return holdsAll(one, other) && holdsAll(other, one);
}

function holdsAll(list: PublicKey | null, keys: PublicKey | null): bool {
  for (let key = keys; key !== null; key = key!.next) {
    let found = list;
    while (found && !isSameKey(found, key)) found = found.next;
    if (!found) return false;
  }
  return true;
}

function isSameKey(one: PublicKey, other: PublicKey): bool {
  return (
    equal(one.kidAt, one.kidLength, other.kidAt, other.kidLength) &&
    equal(one.prepared, <i32>PREPARED_KEY_BYTES, other.prepared, <i32>PREPARED_KEY_BYTES)
  );
}

function readPublicKey(region: Region, reader: JsonReader): PublicKey | null {
  const key = changetype<PublicKey>(region.allocate(offsetof<PublicKey>()));
  reader.enterObject();
  while (reader.nextKey()) {
    if (isText(reader.textAt, reader.textLength, text("kid"))) {
      reader.string();
      key.kidAt = region.copy(reader.textAt, reader.textLength);
      key.kidLength = reader.textLength;
    } else if (isText(reader.textAt, reader.textLength, text("x"))) {
      if (!readPoint(region, reader, key)) reader.fail();
    } else if (isText(reader.textAt, reader.textLength, text("kty"))) {
      if (!reader.string() || !isText(reader.textAt, reader.textLength, text("OKP"))) reader.fail();
    } else if (isText(reader.textAt, reader.textLength, text("crv"))) {
      if (!reader.string() || !isText(reader.textAt, reader.textLength, text("Ed25519"))) reader.fail();
    } else {
      reader.skip();
    }
  }
  if (!key.kidAt || !key.prepared) reader.fail();
  return reader.failed ? null : key;
}

function readPoint(region: Region, reader: JsonReader, key: PublicKey): bool {
  if (!reader.string() || reader.textLength != X_LENGTH) return false;
  if (decodeBase64url(reader.textAt, X_LENGTH, encoded) != 32) return false;
  key.prepared = region.allocate(PREPARED_KEY_BYTES);
  return prepareKey(encoded, key.prepared);
}
