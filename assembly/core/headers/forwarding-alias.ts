// Other spellings of the headers that tell a backend about host, path and client: X-Forwarded-*, X-Original-*, X-Real-IP and
// X-Rewrite-URL. The names themselves are the proxy's to set; a spelling like `x.forwarded.for`, which a backend could fold into
// one of them, is nobody's.
import { equalIgnoringCase, isLetterOrDigit, lowerCase } from "../../memory/bytes";
import { text, Text } from "../../memory/text";

const HYPHEN: u8 = 0x2d;

/** `x`, a separator, `forwarded`, `original`, `real` or `rewrite`, and a separator, of which one is no hyphen. In any case. */
export function isForwardingAlias(nameAt: usize, nameLength: i32): bool {
  if (nameLength < 9 || lowerCase(load<u8>(nameAt)) != 0x78 || isLetterOrDigit(load<u8>(nameAt, 1))) return false;
  switch (lowerCase(load<u8>(nameAt, 2))) {
    case 0x66:
      return hasWord(nameAt, nameLength, text("forwarded"));
    case 0x6f:
      return hasWord(nameAt, nameLength, text("original"));
    case 0x72:
      return hasWord(nameAt, nameLength, text("real")) || hasWord(nameAt, nameLength, text("rewrite"));
    default:
      return false;
  }
}

/** Whether this word comes after the first separator, another separator behind it, and one of all separators is no hyphen. */
function hasWord(nameAt: usize, nameLength: i32, word: Text): bool {
  const end = word.length + 2;
  if (nameLength <= end || !equalIgnoringCase(nameAt + 2, word.length, word.at, word.length)) return false;
  if (isLetterOrDigit(load<u8>(nameAt + end))) return false;
  return hasOddSeparator(nameAt, nameLength);
}

function hasOddSeparator(nameAt: usize, nameLength: i32): bool {
  for (let i = 1; i < nameLength; i++) {
    const byte = load<u8>(nameAt + i);
    if (byte != HYPHEN && !isLetterOrDigit(byte)) return true;
  }
  return false;
}
