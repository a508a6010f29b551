// Builds one text in the arena: begin with an upper bound of its length, write, take the result. Writing past the bound is
// cut off, so a wrong bound can make an answer short but never touch other memory.
import { allocateInArena } from "../../memory/arena";
import { text, Text } from "../../memory/text";

export let writtenAt: usize = 0;
export let writtenLength: i32 = 0;
let room: i32 = 0;

export function beginWriting(bound: i32): void {
  writtenAt = allocateInArena(bound);
  writtenLength = 0;
  room = writtenAt ? bound : 0;
}

export function writeByte(byte: u8): void {
  if (writtenLength < room) store<u8>(writtenAt + writtenLength++, byte);
}

export function writeBytes(at: usize, length: i32): void {
  const size = min(length, room - writtenLength);
  memory.copy(writtenAt + writtenLength, at, size);
  writtenLength += size;
}

export function writeText(words: Text): void {
  writeBytes(words.at, words.length);
}

export function writeInteger(value: i32): void {
  if (value >= 10) writeInteger(value / 10);
  writeByte(<u8>(0x30 + (value % 10)));
}

/** Writes bytes as they may stand in HTML text and in a quoted attribute. */
export function writeHtml(at: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte == 0x26) writeText(text("&amp;"));
    else if (byte == 0x3c) writeText(text("&lt;"));
    else if (byte == 0x3e) writeText(text("&gt;"));
    else if (byte == 0x22) writeText(text("&quot;"));
    else if (byte == 0x27) writeText(text("&#39;"));
    else writeByte(byte);
  }
}

/** Writes bytes as a query parameter's value: all but the unreserved ones of RFC 3986 §2.3 escaped. */
export function writeEscaped(at: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (isUnreserved(byte)) {
      writeByte(byte);
    } else {
      writeByte(0x25);
      writeByte(hexadecimalDigit(byte >> 4));
      writeByte(hexadecimalDigit(byte & 15));
    }
  }
}

function isUnreserved(byte: u8): bool {
  const wordLike = <u32>(byte | 0x20) - 0x61 < 26 || <u32>byte - 0x30 < 10;
  return wordLike || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

function hexadecimalDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
