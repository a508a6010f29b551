// The headers that tell a backend who is asking. A client may not send them, in any spelling that a backend could fold into
// one of them: CGI and WSGI make `-`, `_` and case one; others fold every byte that is not a letter or digit.
import { equalIgnoringCase, isLetterOrDigit, lowerCase } from "../../memory/bytes";
import { text, Text } from "../../memory/text";

/** `remote`, a separator, then `user`, `groups`, `name` or `email`, in any case and with any single separator. */
export function isIdentityHeader(nameAt: usize, nameLength: i32): bool {
  if (nameLength < 11 || nameLength > 13 || lowerCase(load<u8>(nameAt)) != 0x72) return false;
  if (!spells(nameAt, text("remote")) || isLetterOrDigit(load<u8>(nameAt, 6))) return false;
  const rest = nameAt + 7;
  switch (nameLength) {
    case 11:
      return spells(rest, text("user")) || spells(rest, text("name"));
    case 12:
      return spells(rest, text("email"));
    default:
      return spells(rest, text("groups"));
  }
}

/** Whether the bytes are this name, in any case. */
function spells(at: usize, name: Text): bool {
  return equalIgnoringCase(at, name.length, name.at, name.length);
}
