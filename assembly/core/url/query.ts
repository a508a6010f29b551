// The parameters of a query, decoded as Go's url.ParseQuery does it (that is what Authelia's rules were written against):
// pairs between `&`, `+` for a space, and a pair with an invalid escape or a `;` left out.
import { hexDigit } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { Path } from "./path";


@unmanaged
export class Parameter {
  keyAt: usize;
  keyLength: i32;
  valueAt: usize;
  valueLength: i32;
}

/** The first parameter of the path's query with this key, compared with its case, or null. */
export function findParameter(path: Path, keyAt: usize, keyLength: i32): Parameter | null {
  if (!path.hasParameters) parse(path);
  for (let i = 0; i < path.parameterCount; i++) {
    const parameter = parameterAt(path, i);
    if (equal(parameter.keyAt, parameter.keyLength, keyAt, keyLength)) return parameter;
  }
  return null;
}

function parameterAt(path: Path, index: i32): Parameter {
  return changetype<Parameter>(path.parametersAt + <usize>index * offsetof<Parameter>());
}

function parse(path: Path): void {
  path.hasParameters = true;
  path.parameterCount = 0;
  const queryAt = path.queryAt;
  const queryLength = path.queryLength;
  if (queryLength == 0) return;

  let pairs = 1;
  for (let i = 0; i < queryLength; i++) pairs += i32(load<u8>(queryAt + i) == 0x26);
  path.parametersAt = allocateInArena(<usize>pairs * offsetof<Parameter>());
  let to = allocateInArena(queryLength);
  if (!path.parametersAt || !to) return;

  let from = 0;
  for (let i = 0; i <= queryLength; i++) {
    if (i < queryLength && load<u8>(queryAt + i) != 0x26) continue;
    if (i > from) to = readPair(path, queryAt + from, i - from, to);
    from = i + 1;
  }
}

/** Decodes one pair to `to` and adds it to the path's parameters, unless it is malformed. Returns the address after what was written. */
function readPair(path: Path, at: usize, length: i32, to: usize): usize {
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

  const parameter = parameterAt(path, path.parameterCount++);
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
