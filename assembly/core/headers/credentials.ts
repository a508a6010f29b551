// Basic credentials (RFC 7617) in Authorization or Proxy-Authorization: only their outer form is read here; what they stand
// for is the host's to say.
import { setSlice, Slice } from "../../memory/slice";

/** A name of 255 bytes and a password of 1,024, as the host takes them, in base64. */
const MAX_CREDENTIAL_LENGTH: i32 = 1708;

export const enum Credentials {
  /** Another scheme, or none: the header is not for the gate. */
  Absent,
  /** Basic, but not what a client would send. */
  Malformed,
  Present,
}

/**
 * Whether a header's value has Basic credentials, sound or not; one that is missing, with length 0, has none. With a tab for the
 * blank they are not sound, but a backend may read them.
 */
export function isBasic(at: usize, length: i32): bool {
  const from = firstLetter(at, length);
  // ASCII letters in lower case: "basi", "c" and a blank.
  if (length - from < 6 || (load<u32>(at + from) | 0x20202020) != 0x69736162) return false;
  return (load<u8>(at + from + 4) | 0x20) == 0x63 && isBlank(load<u8>(at + from + 5));
}

/** nginx leaves a tab in front of a value. */
function firstLetter(at: usize, length: i32): i32 {
  let from = 0;
  while (from < length && isBlank(load<u8>(at + from))) from++;
  return from;
}

/** Reads a header's value. `credential` gets the base64 part, where there is one. */
export function readCredentials(at: usize, length: i32, credential: Slice): Credentials {
  if (!isBasic(at, length)) return Credentials.Absent;
  let from = firstLetter(at, length) + 5;
  while (from < length && load<u8>(at + from) == 0x20) from++;
  let to = length;
  while (to > from && load<u8>(at + to - 1) == 0x20) to--;
  setSlice(credential, at + from, to - from);
  if (to <= from || to - from > MAX_CREDENTIAL_LENGTH) return Credentials.Malformed;
  for (let i = from; i < to; i++) {
    if (!isBase64(load<u8>(at + i))) return Credentials.Malformed;
  }
  return Credentials.Present;
}

function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

function isBase64(byte: u8): bool {
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (byte >= 0x2f && byte <= 0x39) || byte == 0x2b || byte == 0x3d;
}
