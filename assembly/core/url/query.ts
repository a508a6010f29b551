// The parameters of a query, decoded as Go's url.ParseQuery does it (that is what Authelia's rules were written against):
// pairs between `&`, `+` for a space, and a pair with an invalid escape or a `;` left out.
import { hexDigit } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { queryAt, queryLength } from "./path";


@unmanaged
class Parameter {
  keyAt: usize;
  keyLength: i32;
  valueAt: usize;
  valueLength: i32;
}

let parameters: usize = 0;
let parameterCount: i32 = 0;
let parsed: bool = false;

/** The value found last; empty for a parameter without one. */
export let valueAt: usize = 0;
export let valueLength: i32 = 0;

/** To be called for every new query: what was decoded before belongs to another request. */
export function forgetParameters(): void {
  parsed = false;
}

/** Finds the first parameter with this key, compared with its case, and takes its value. An absent one has none. */
export function findParameter(keyAt: usize, keyLength: i32): bool {
  if (!parsed) parse();
  for (let i = 0; i < parameterCount; i++) {
    const parameter = changetype<Parameter>(parameters + <usize>i * offsetof<Parameter>());
    if (!equal(parameter.keyAt, parameter.keyLength, keyAt, keyLength)) continue;
    valueAt = parameter.valueAt;
    valueLength = parameter.valueLength;
    return true;
  }
  valueLength = 0;
  return false;
}

function parse(): void {
  parsed = true;
  parameterCount = 0;
  if (queryLength == 0) return;

  let pairs = 1;
  for (let i = 0; i < queryLength; i++) pairs += i32(load<u8>(queryAt + i) == 0x26);
  parameters = allocateInArena(<usize>pairs * offsetof<Parameter>());
  let to = allocateInArena(queryLength);
  if (!parameters || !to) return;

  let from = 0;
  for (let i = 0; i <= queryLength; i++) {
    if (i < queryLength && load<u8>(queryAt + i) != 0x26) continue;
    if (i > from) to = readPair(queryAt + from, i - from, to);
    from = i + 1;
  }
}

/** Decodes one pair to `to` and keeps it, unless it is malformed. Returns the address after what was written. */
function readPair(at: usize, length: i32, to: usize): usize {
  let equals = length;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte == 0x3b) return to;
    if (byte == 0x3d && equals == length) equals = i;
  }
  const keyLength = decode(at, equals, to);
  if (keyLength < 0) return to;
  const value = min(equals + 1, length);
  const valueLength = decode(at + value, length - value, to + keyLength);
  if (valueLength < 0) return to;

  const parameter = changetype<Parameter>(parameters + <usize>parameterCount * offsetof<Parameter>());
  parameterCount++;
  parameter.keyAt = to;
  parameter.keyLength = keyLength;
  parameter.valueAt = to + keyLength;
  parameter.valueLength = valueLength;
  return to + keyLength + valueLength;
}

/** Decodes escapes and plus signs. Returns the decoded length, or -1 for an invalid escape. */
function decode(at: usize, length: i32, target: usize): i32 {
  let to = target;
  for (let i = 0; i < length; i++) {
    let byte = load<u8>(at + i);
    if (byte == 0x2b) {
      byte = 0x20;
    } else if (byte == 0x25) {
      if (i + 2 >= length) return -1;
      const high = hexDigit(load<u8>(at + i, 1));
      const low = hexDigit(load<u8>(at + i, 2));
      if ((high | low) < 0) return -1;
      byte = <u8>((high << 4) | low);
      i += 2;
    }
    store<u8>(to++, byte);
  }
  return <i32>(to - target);
}
