// `domain`: literal hosts, `*.` wildcards, and the `{user}` and `{group}` placeholders.
import { lowerCase } from "../../memory/bytes";
import { startsWithText, text } from "../../memory/text";
import { leaveEntry, beginEntries, create, enterEntry, nextEntry, reader, readText } from "./reading";
import { reportValue } from "./problem";
import { DomainKind, DomainPattern, Rule } from "./rule";

export function readDomains(rule: Rule): bool {
  let last: DomainPattern | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const pattern = readDomain();
    if (!pattern) return false;
    if (last) last.next = pattern;
    else rule.domains = pattern;
    last = pattern;
    if (pattern.kind == DomainKind.User || pattern.kind == DomainKind.Group) rule.hasSubject = true;
    leaveEntry(before);
  }
  return true;
}

function readDomain(): DomainPattern | null {
  if (!readText()) return null;
  const at = reader.textAt;
  const length = reader.textLength;
  const pattern = create<DomainPattern>();
  let prefix = 0;
  if (startsWithText(at, length, text("*."))) {
    pattern.kind = DomainKind.Wildcard;
    prefix = 1;
  } else if (startsWithText(at, length, text("{user}"))) {
    pattern.kind = DomainKind.User;
    prefix = 6;
  } else if (startsWithText(at, length, text("{group}"))) {
    pattern.kind = DomainKind.Group;
    prefix = 7;
  }
  pattern.textAt = at + prefix;
  pattern.textLength = length - prefix;
  if (!isHostPart(pattern.textAt, pattern.textLength)) {
    reportValue(
      text(""),
      at,
      length,
      text(
        " is not a domain; write a host name such as app.example.com, *.example.com, {user}.example.com or {group}.example.com",
      ),
    );
    return null;
  }
  for (let i = 0; i < pattern.textLength; i++) {
    store<u8>(pattern.textAt + i, lowerCase(load<u8>(pattern.textAt + i)));
  }
  return pattern;
}

/** Whether the bytes can be a host, or the end of one: no scheme, port, path, further wildcard or trailing dot. */
function isHostPart(at: usize, length: i32): bool {
  if (length == 0) return false;
  let previous: u8 = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    const word = <u32>(byte | 0x20) - 0x61 < 26 || <u32>byte - 0x30 < 10 || byte == 0x2d || byte == 0x5f;
    if (!word && (byte != 0x2e || previous == 0x2e)) return false;
    previous = byte;
  }
  return previous != 0x2e;
}
