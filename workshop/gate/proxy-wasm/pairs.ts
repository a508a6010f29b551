// The serialised form of a list of pairs:
//
//   ┌───────────┬─────────────────────────────┬─────┬───────────────────────┬─────┐
//   │ count: u32│ name size: u32, value: u32  │ ... │ name, NUL, value, NUL │ ... │
//   └───────────┴─────────────────────────────┴─────┴───────────────────────┴─────┘
import { GuestError } from "./guest-error.ts";
import type { Header } from "./headers.ts";

/** No pairs are no bytes at all, as in Envoy. */
export function serializePairs(pairs: readonly Header[]): Buffer {
  if (pairs.length === 0) return Buffer.alloc(0);
  const sizes = Buffer.alloc(4 + 8 * pairs.length);
  sizes.writeUInt32LE(pairs.length, 0);
  pairs.forEach(([name, value], i) => {
    sizes.writeUInt32LE(name.length, 4 + 8 * i);
    sizes.writeUInt32LE(value.length, 8 + 8 * i);
  });
  return Buffer.concat([sizes, Buffer.from(pairs.map(([name, value]) => `${name}\0${value}\0`).join(""), "latin1")]);
}

/** Envoy takes bytes that are no such list for an empty one; here they are the guest's fault. */
export function parsePairs(bytes: Buffer): Header[] {
  if (bytes.length === 0) return [];
  try {
    return readPairs(bytes);
  } catch (error) {
    throw new GuestError(`not a list of pairs: ${bytes.toString("hex")}`, { cause: error });
  }
}

function readPairs(bytes: Buffer): Header[] {
  const count = bytes.readUInt32LE(0);
  let at = 4 + 8 * count;
  const text = (size: number) => {
    const value = bytes.toString("latin1", at, at + size);
    at += size + 1;
    if (bytes.readUInt8(at - 1) !== 0) throw new RangeError("no NUL where a string ends");
    return value;
  };
  const pairs: Header[] = [];
  for (let i = 0; i < count; i++) {
    pairs.push([text(bytes.readUInt32LE(4 + 8 * i)), text(bytes.readUInt32LE(8 + 8 * i))]);
  }
  if (at !== bytes.length) throw new RangeError("bytes behind the last pair");
  return pairs;
}
