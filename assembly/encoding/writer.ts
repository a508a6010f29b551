// Builds one text in the arena: begin with an upper bound of its length, write, take what is there. Writing past the bound is cut
// off, so a wrong bound can make an answer short but never touch other memory.
import { allocateInArena } from "../memory/arena";
import { text, Text } from "../memory/text";


@unmanaged
export class Writer {
  /** What has been written so far; it lives until the arena is reset. */
  at: usize;
  length: i32;
  private room: i32;

  /** Starts over, with room for so many bytes. */
  begin(bound: i32): void {
    this.at = allocateInArena(bound);
    this.length = 0;
    this.room = this.at ? bound : 0;
  }

  byte(byte: u8): void {
    if (this.length < this.room) store<u8>(this.at + this.length++, byte);
  }

  bytes(at: usize, length: i32): void {
    const size = min(length, this.room - this.length);
    memory.copy(this.at + this.length, at, size);
    this.length += size;
  }

  text(words: Text): void {
    this.bytes(words.at, words.length);
  }

  /** Writes a number that is not negative, in decimal. */
  integer(value: i64): void {
    if (value >= 10) this.integer(value / 10);
    this.byte(<u8>(0x30 + (value % 10)));
  }

  /** Writes bytes as they may stand in HTML text and in a quoted attribute. */
  html(at: usize, length: i32): void {
    for (let i = 0; i < length; i++) {
      const byte = load<u8>(at + i);
      if (byte == 0x26) this.text(text("&amp;"));
      else if (byte == 0x3c) this.text(text("&lt;"));
      else if (byte == 0x3e) this.text(text("&gt;"));
      else if (byte == 0x22) this.text(text("&quot;"));
      else if (byte == 0x27) this.text(text("&#39;"));
      else this.byte(byte);
    }
  }

  /** Writes bytes as a query parameter's value: all but the unreserved ones of RFC 3986 §2.3 escaped. */
  escaped(at: usize, length: i32): void {
    const end = this.at + this.room;
    let to = this.at + this.length;
    for (let i = 0; i < length; i++) {
      const byte = load<u8>(at + i);
      if (isUnreserved(byte)) {
        to = put(to, end, byte);
      } else {
        to = put(to, end, 0x25);
        to = put(to, end, hexadecimalDigit(byte >> 4));
        to = put(to, end, hexadecimalDigit(byte & 15));
      }
    }
    this.length = <i32>(to - this.at);
  }
}

/** Writes a byte unless that is at the end. Returns where the next one goes. */
// @ts-ignore: decorator
@inline
function put(to: usize, end: usize, byte: u8): usize {
  if (to == end) return to;
  store<u8>(to, byte);
  return to + 1;
}

function isUnreserved(byte: u8): bool {
  const wordLike = <u32>(byte | 0x20) - 0x61 < 26 || <u32>byte - 0x30 < 10;
  return wordLike || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

/** The digit of a value below 16, in upper case. */
export function hexadecimalDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
