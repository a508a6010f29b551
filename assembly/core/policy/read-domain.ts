// `domain`: literal hosts, `*.` wildcards, and the `{user}` and `{group}` placeholders.
import { lowerCase } from "../../memory/bytes";
import { startsWithText, text } from "../../memory/text";
import { PolicyReading } from "./reading";
import { DomainKind, DomainPattern } from "./rule";

/** Reads one domain or a list of them. Null after a problem, and for an empty list. */
export function readDomains(reading: PolicyReading): DomainPattern | null {
  return changetype<DomainPattern | null>(reading.readList(readDomain));
}

function readDomain(reading: PolicyReading): usize {
  if (!reading.readText()) return 0;
  const at = reading.json.textAt;
  const length = reading.json.textLength;
  const pattern = reading.create<DomainPattern>();
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
    reading.reportText(
      text(
        " is not a domain; write a host name such as app.example.com, *.example.com, {user}.example.com or {group}.example.com",
      ),
    );
    return 0;
  }
  for (let i = 0; i < pattern.textLength; i++) {
    store<u8>(pattern.textAt + i, lowerCase(load<u8>(pattern.textAt + i)));
  }
  return changetype<usize>(pattern);
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
