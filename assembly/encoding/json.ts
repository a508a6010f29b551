// A pull reader for JSON (RFC 8259) over bytes. The caller asks for what it expects; what is not there makes the reader
// fail, and a failed reader stays failed and answers every further question with "no", so callers check once, at the end.
//
// Strings are unescaped in place (an escape is never shorter than what it stands for), so the input is changed by reading
// and the strings handed out point into it. Nothing is allocated. Nesting is bounded by MAX_DEPTH.
import { Region } from "../memory/region";
import { Text, wordIn } from "../memory/text";
import { encodeRune } from "./utf8";

/** Kinds of value, told apart by their first byte. */
export const enum JsonKind {
  Invalid,
  Object,
  Array,
  String,
  Number,
  Boolean,
  Null,
}

/** Deepest nesting that `skip` follows; deeper input makes the reader fail. */
const MAX_DEPTH: i32 = 64;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const BACKSLASH: u8 = 0x5c;
const OPEN_BRACKET: u8 = 0x5b;
const CLOSE_BRACKET: u8 = 0x5d;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;


@unmanaged
export class JsonReader {
  /** The next byte to be read. */
  cursor: usize = 0;
  private end: usize = 0;
  private start: usize = 0;
  /** Whether a `{` or `[` was just entered, so that no comma is due before its first member. */
  private opened: bool = false;
  /** Set for good by the first thing that is not as asked for. */
  failed: bool = false;
  /** The string or key read last: its unescaped bytes, inside the input. */
  textAt: usize = 0;
  textLength: i32 = 0;
  /** Whether numbers may be texts, and empty lists and mappings empty texts: as which Traefik hands on what stands in its files. */
  isLoose: bool = false;

  /** Starts over on `length` bytes at `at`. */
  read(at: usize, length: i32): void {
    this.start = at;
    this.cursor = at;
    this.end = at + length;
    this.opened = false;
    this.failed = false;
  }

  /** How many bytes have been read; after a failure, where it was. */
  get offset(): i32 {
    return <i32>(this.cursor - this.start);
  }

  /** The kind of the next value, which stays unread. */
  peek(): JsonKind {
    const byte = this.next();
    if (byte == OPEN_BRACE) return JsonKind.Object;
    if (byte == OPEN_BRACKET) return JsonKind.Array;
    if (byte == QUOTE) return JsonKind.String;
    if (byte == 0x2d || isDigit(byte)) return JsonKind.Number;
    if (byte == 0x74 || byte == 0x66) return JsonKind.Boolean;
    if (byte == 0x6e) return JsonKind.Null;
    return JsonKind.Invalid;
  }

  enterObject(): bool {
    return this.enter(OPEN_BRACE);
  }

  enterArray(): bool {
    return this.enter(OPEN_BRACKET);
  }

  /** Reads the next member's name into `text`. False at the object's end, which is consumed, and after a failure. */
  nextKey(): bool {
    if (!this.nextMember(CLOSE_BRACE)) return false;
    if (!this.string()) return false;
    if (this.next() != COLON) return this.fail();
    this.cursor++;
    return true;
  }

  /** Moves to the next element. False at the array's end, which is consumed, and after a failure. */
  nextElement(): bool {
    return this.nextMember(CLOSE_BRACKET);
  }

  /** Reads a string into `text`. */
  string(): bool {
    if (this.next() != QUOTE) return this.fail();
    let from = this.cursor + 1;
    const end = this.end;
    this.textAt = from;
    while (from < end) {
      const byte = load<u8>(from);
      if (byte == QUOTE) {
        this.textLength = <i32>(from - this.textAt);
        this.cursor = from + 1;
        return true;
      }
      if (byte == BACKSLASH) return this.unescape(from);
      if (byte < 0x20) break;
      from++;
    }
    this.cursor = from;
    return this.fail();
  }

  /** Reads a string, and returns where a copy of it in a region is; its length is textLength. */
  keepString(region: Region): usize {
    this.string();
    return region.copy(this.textAt, this.textLength);
  }

  /** Reads a string, and stores where it is and its length in two words at `field`. */
  stringTo(field: usize): void {
    this.string();
    store<u32>(field, <u32>this.textAt);
    store<i32>(field, this.textLength, 4);
  }

  /** Which of the words in a list such as `one, two` the string or key read last is, from 0; -1 for none. */
  wordIn(list: Text): i32 {
    return wordIn(list, this.textAt, this.textLength);
  }

  /** Reads an integer. Fractions, exponents and anything beyond 2^53 fail. */
  integer(): i64 {
    if (this.isLoose && this.next() == QUOTE) this.bareNumber();
    let negative = false;
    if (this.next() == 0x2d) {
      negative = true;
      this.cursor++;
    }
    const from = this.cursor;
    let value: i64 = 0;
    while (this.cursor < this.end && isDigit(load<u8>(this.cursor))) {
      value = value * 10 + <i64>(load<u8>(this.cursor) - 0x30);
      if (value > 9007199254740991) {
        this.fail();
        return 0;
      }
      this.cursor++;
    }
    const digits = this.cursor - from;
    const leadingZero = digits > 1 && load<u8>(from) == 0x30;
    const fraction = this.cursor < this.end && isNumberByte(load<u8>(this.cursor));
    if (digits == 0 || leadingZero || fraction) this.fail();
    this.opened = false;
    return negative ? -value : value;
  }

  /** Where the next value begins, white space left out. With `skip` this cuts a value out of the input, unchanged. */
  valueStart(): usize {
    this.next();
    return this.cursor;
  }

  /** Passes over the next value, whatever it is, and leaves its bytes as they are. The reader's `cursor` then is its end. */
  skip(): void {
    let depth = 0;
    let kinds: u64 = 0;
    do {
      if (depth > 0) {
        const inObject = (kinds & 1) != 0;
        if (!(inObject ? this.skipKey() : this.nextElement())) {
          if (this.failed) return;
          depth--;
          kinds >>= 1;
          continue;
        }
      }
      const kind = this.peek();
      if (kind == JsonKind.Object || kind == JsonKind.Array) {
        if (depth == MAX_DEPTH) {
          this.fail();
          return;
        }
        kinds = (kinds << 1) | u64(kind == JsonKind.Object);
        depth++;
        this.enter(kind == JsonKind.Object ? OPEN_BRACE : OPEN_BRACKET);
      } else {
        this.scalar(kind);
      }
    } while (depth > 0 && !this.failed);
  }

  /** Whether everything was read without a failure and only white space is left. */
  finished(): bool {
    return !this.failed && this.next() == 0 && this.cursor == this.end;
  }

  /** Marks the reader as failed, for a caller that found a value it can't use. Always false. */
  fail(): bool {
    this.failed = true;
    return false;
  }

  /** The next byte that is not white space, still unread; 0 at the end and after a failure. */
  private next(): u8 {
    if (this.failed) return 0;
    while (this.cursor < this.end) {
      const byte = load<u8>(this.cursor);
      if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return byte;
      this.cursor++;
    }
    return 0;
  }

  private enter(bracket: u8): bool {
    if (this.isLoose && this.next() == QUOTE) this.emptyMembers(bracket);
    if (this.next() != bracket) return this.fail();
    this.cursor++;
    this.opened = true;
    return true;
  }

  /** Makes a number of a text, in place. */
  private bareNumber(): void {
    const from = this.cursor;
    this.skipString();
    if (this.failed) return;
    store<u8>(from, 0x20);
    store<u8>(this.cursor - 1, 0x20);
    this.cursor = from;
  }

  /** Makes an empty list or mapping of an empty text, in place. */
  private emptyMembers(bracket: u8): void {
    if (this.cursor + 1 >= this.end || load<u8>(this.cursor + 1) != QUOTE) return;
    store<u8>(this.cursor, bracket);
    store<u8>(this.cursor + 1, bracket + 2);
  }

  private nextMember(close: u8): bool {
    const byte = this.next();
    const first = this.opened;
    this.opened = false;
    if (byte == close) {
      this.cursor++;
      return false;
    }
    if (first) return !this.failed;
    if (byte != COMMA) return this.fail();
    this.cursor++;
    if (this.next() == close) return this.fail();
    return true;
  }

  private skipKey(): bool {
    if (!this.nextMember(CLOSE_BRACE)) return false;
    if (!this.skipString()) return false;
    if (this.next() != COLON) return this.fail();
    this.cursor++;
    return true;
  }

  private skipString(): bool {
    if (this.next() != QUOTE) return this.fail();
    this.cursor++;
    while (this.cursor < this.end) {
      const byte = load<u8>(this.cursor++);
      if (byte == QUOTE) return true;
      if (byte == BACKSLASH) this.cursor++;
    }
    this.cursor = this.end;
    return this.fail();
  }

  private scalar(kind: JsonKind): void {
    this.opened = false;
    if (kind == JsonKind.String) {
      this.skipString();
    } else if (kind == JsonKind.Number) {
      while (this.cursor < this.end && isNumberByte(load<u8>(this.cursor))) this.cursor++;
    } else if (kind == JsonKind.Invalid) {
      this.fail();
    } else {
      this.literal();
    }
  }

  /** true, false or null. */
  private literal(): void {
    const length: i32 = load<u8>(this.cursor) == 0x66 ? 5 : 4;
    if (this.cursor + length > this.end) {
      this.fail();
      return;
    }
    const word = load<u32>(this.cursor);
    const isFalse = word == 0x736c6166 && length == 5 && load<u8>(this.cursor + 4) == 0x65;
    if (word != 0x65757274 && word != 0x6c6c756e && !isFalse) {
      this.fail();
      return;
    }
    this.cursor += length;
  }

  /** Goes on with a string at its first backslash, moving what follows to the left. */
  private unescape(first: usize): bool {
    let from = first;
    let to = first;
    const end = this.end;
    while (from < end) {
      const byte = load<u8>(from++);
      if (byte == QUOTE) {
        this.textLength = <i32>(to - this.textAt);
        this.cursor = from;
        return true;
      }
      if (byte < 0x20) break;
      if (byte != BACKSLASH) {
        store<u8>(to++, byte);
        continue;
      }
      if (from == end) break;
      const letter = load<u8>(from++);
      if (letter != 0x75) {
        const plain = unescaped(letter);
        if (!plain) break;
        store<u8>(to++, plain);
        continue;
      }
      let point = hexadecimal(from, end);
      from += 4;
      if (point >= 0xd800 && point < 0xdc00) {
        const low = from + 6 <= end && load<u16>(from) == 0x755c ? hexadecimal(from + 2, end) : -1;
        if (low < 0xdc00 || low > 0xdfff) break;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        from += 6;
      } else if (point < 0 || (point >= 0xdc00 && point < 0xe000)) {
        break;
      }
      to += encodeRune(to, point);
    }
    this.cursor = min(from, end);
    return this.fail();
  }
}

/** A new reader, to be kept: it lives as long as the module. */
export function createJsonReader(): JsonReader {
  const at = heap.alloc(offsetof<JsonReader>());
  memory.fill(at, 0, offsetof<JsonReader>());
  return changetype<JsonReader>(at);
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return <u32>byte - 0x30 < 10;
}

function isNumberByte(byte: u8): bool {
  return isDigit(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e || byte == 0x65 || byte == 0x45;
}

/** The character of a one-letter escape, or 0. */
function unescaped(letter: u8): u8 {
  if (letter == QUOTE || letter == BACKSLASH || letter == 0x2f) return letter;
  if (letter == 0x62) return 0x08;
  if (letter == 0x66) return 0x0c;
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x74) return 0x09;
  return 0;
}

/** The value of four hexadecimal digits, or -1. */
function hexadecimal(at: usize, end: usize): i32 {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let i: usize = 0; i < 4; i++) {
    const digit = hexDigit(load<u8>(at + i));
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/** The value of one hexadecimal digit, or -1. */
export function hexDigit(byte: u8): i32 {
  if (isDigit(byte)) return byte - 0x30;
  const letter = <i32>(byte | 0x20) - 0x61;
  return <u32>letter < 6 ? letter + 10 : -1;
}
