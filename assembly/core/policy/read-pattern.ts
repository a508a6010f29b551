// Regular expressions of a rule: `domain_regex`, `resources`, and the value of a `pattern` query condition.
import { text } from "../../memory/text";
import { compileRegex, groupIndex, Regex, regexErrorMessage, regexErrorOffset } from "../regex";
import { reportAtOffset } from "./problem";
import { beginEntries, create, enterEntry, leaveEntry, nextEntry, reader, readText, region } from "./reading";
import { Pattern, Rule } from "./rule";

const USER = text("User");
const GROUP = text("Group");

/** Reads one expression or a list of them. Null after a problem, and for an empty list. */
export function readPatterns(rule: Rule): Pattern | null {
  let first: Pattern | null = null;
  let last: Pattern | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return null;
    const regex = compileAt(reader.textAt, reader.textLength);
    if (!regex) return null;
    const pattern = create<Pattern>();
    pattern.regex = regex;
    pattern.userGroup = groupIndex(regex, USER.at, USER.length);
    pattern.groupGroup = groupIndex(regex, GROUP.at, GROUP.length);
    if (pattern.userGroup >= 0 || pattern.groupGroup >= 0) rule.hasSubject = true;
    if (last) last.next = pattern;
    else first = pattern;
    last = pattern;
    leaveEntry(before);
  }
  return first;
}

/** Compiles an expression of the policy, or reports why it can't be. */
export function compileAt(at: usize, length: i32): Regex | null {
  const regex = compileRegex(region, at, length);
  if (!regex) reportAtOffset(regexErrorMessage(), regexErrorOffset());
  return regex;
}
