// Constant text as bytes. AssemblyScript keeps a string literal as UTF-16; proxies speak bytes. A compiler transform
// (scripts/text-literals.js) lays the literals in all `text("…")` down in one table, so that there is no string at run time.
// A module has the table packed, to little more than half its size, and unpacks it when it starts.
//
//   ┌─────────────┬───────────────┐
//   │ length: u16 │ bytes (UTF-8) │
//   └─────────────┴───────────────┘

// Global are the names that the transform makes use of elsewhere.

import { isSame } from "./bytes";

/** The table, and room for the END of the last literal. The transform says how large it is. */
// @ts-ignore: decorator
@global
@lazy
const LITERALS: usize = memory.data(0);

/** The table packed, itself laid out as a text: a byte stands for itself or for two others, and END for the end of a literal. */
// @ts-ignore: decorator
@lazy
const PACKED: usize = memory.data<u8>([0, 0]);

/** The two bytes that a byte stands for, the second one in the high bits; 0 where it stands for itself. */
// @ts-ignore: decorator
@lazy
const PAIRS: usize = memory.data<u16>([0]);

/** No byte of UTF-8. */
const END: u8 = 0xff;

/** Bytes that live as long as the module. */
// @ts-ignore: decorator
@global
@unmanaged
export class Text {
  private readonly size: u16;

  // @ts-ignore: decorator
  @inline
  get length(): i32 {
    return this.size;
  }

  // @ts-ignore: decorator
  @inline
  get at(): usize {
    return changetype<usize>(this) + offsetof<Text>();
  }
}

/** Fills the table. The transform has this called before anything reads a literal. */
// @ts-ignore: decorator
@global
// biome-ignore lint/correctness/noUnusedVariables: the transform calls it
function unpackLiterals(): void {
  const packed = changetype<Text>(PACKED);
  let literal = LITERALS;
  let to = literal + offsetof<Text>();
  for (let i = 0; i < packed.length; i++) {
    to = unpack(load<u8>(packed.at + i), to);
    if (load<u8>(to - 1) != END) continue;
    // The next literal takes the place of END.
    store<u16>(literal, <u16>(to - 1 - literal - offsetof<Text>()));
    literal = to - 1;
    to = literal + offsetof<Text>();
  }
}

/** Lays down what a packed byte stands for. Returns where that ends. */
function unpack(byte: u8, to: usize): usize {
  const pair = load<u16>(PAIRS + ((<usize>byte) << 1));
  if (pair != 0) return unpack(<u8>(pair >> 8), unpack(<u8>pair, to));
  store<u8>(to, byte);
  return to + 1;
}

/** The bytes of a literal: `text("…")`, or several literals joined with `+`. The transform makes it a constant. */
export declare function text(literal: string): Text;

/** A text of up to 64 KiB that is not known before run time. It is never freed: for what lives as long as the module. */
export function keepText(at: usize, length: i32): Text {
  return layText(heap.alloc(bytesOfText(length)), at, length);
}

/** What a text of so many bytes takes in memory. */
export function bytesOfText(length: i32): usize {
  return offsetof<Text>() + length;
}

/** Makes a text of up to 64 KiB at `target`, where there must be room for it. */
export function layText(target: usize, at: usize, length: i32): Text {
  store<u16>(target, <u16>length);
  memory.copy(target + offsetof<Text>(), at, length);
  return changetype<Text>(target);
}

/** Whether a byte range holds exactly a text. */
export function isText(at: usize, length: i32, other: Text): bool {
  return length == other.length && isSame(at, other.at, length);
}

/** Whether a byte range begins with a text. */
export function startsWithText(at: usize, length: i32, other: Text): bool {
  return length >= other.length && isSame(at, other.at, other.length);
}

const COMMA: u8 = 0x2c;

/** Which of the words in a list such as `one, two` a byte range is, from 0; -1 for none. */
export function wordIn(list: Text, at: usize, length: i32): i32 {
  let word = list.at;
  const end = word + list.length;
  for (let index = 0; word < end; index++) {
    const start = word;
    while (word < end && load<u8>(word) != COMMA) word++;
    if (word - start == length && isSame(start, at, length)) return index;
    word += 2;
  }
  return -1;
}
