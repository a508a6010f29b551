// The headers beside Remote-* by which the applications of a cookie domain are told who is asking, such as X-WEBAUTH-USER. As with
// Remote-*, no client may send them.
import { JsonReader } from "../../encoding/json";
import { isLetterOrDigit, lowerCase } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { bytesOfText, layText, text, Text } from "../../memory/text";

/** What a header tells, in the order of the words in a bundle. */
export const enum IdentityPart {
  User,
  Groups,
  Name,
  Email,
}


@unmanaged
export class IdentityHeader {
  /** In lower case. */
  name: Text;
  part: IdentityPart;
  next: IdentityHeader | null;
}

/** Reads `{"user": ["x-webauth-user", …], "groups": …}` into the region. */
export function readIdentityHeaders(region: Region, reader: JsonReader): IdentityHeader | null {
  let first: IdentityHeader | null = null;
  reader.enterObject();
  while (reader.nextKey()) {
    const part = reader.wordIn(text("user, groups, name, email"));
    if (part < 0) {
      reader.skip();
      continue;
    }
    reader.enterArray();
    while (reader.nextElement() && reader.string()) {
      const header = changetype<IdentityHeader>(region.allocate(offsetof<IdentityHeader>()));
      header.name = keepName(region, reader.textAt, reader.textLength);
      header.part = part;
      header.next = first;
      first = header;
    }
  }
  return first;
}

function keepName(region: Region, at: usize, length: i32): Text {
  const name = layText(region.allocate(bytesOfText(length)), at, length);
  for (let i = 0; i < name.length; i++) store<u8>(name.at + i, lowerCase(load<u8>(name.at + i)));
  return name;
}

/** The lengths of names as a bit each, by which most headers are told to be none of them. */
export function lengthsOf(first: IdentityHeader | null): u64 {
  let lengths: u64 = 0;
  for (let header = first; header !== null; header = header!.next) lengths |= lengthBit(header.name.length);
  return lengths;
}

// @ts-ignore: decorator
@inline
export function lengthBit(length: i32): u64 {
  return (<u64>1) << (length & 63);
}

/** Whether a client's header has one of the names, in any spelling that a backend could fold into it. */
export function isSpelledLike(first: IdentityHeader | null, at: usize, length: i32): bool {
  for (let header = first; header !== null; header = header!.next) {
    if (header.name.length == length && foldsInto(header.name.at, at, length)) return true;
  }
  return false;
}

/** In any case, and with any byte that is no letter or digit for another: CGI and its like make one variable of them all. */
function foldsInto(name: usize, at: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    const isLike = isLetterOrDigit(byte) ? lowerCase(byte) == load<u8>(name + i) : !isLetterOrDigit(load<u8>(name + i));
    if (!isLike) return false;
  }
  return true;
}
