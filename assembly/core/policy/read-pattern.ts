// Regular expressions of a rule: `domain_regex`, `resources`, and the value of a `pattern` query condition.
import { text } from "../../memory/text";
import { compileRegex, groupIndex, Regex, regexErrorMessage, regexErrorOffset } from "../regex";
import { reportAtOffset } from "./problem";
import { create, reader, readList, readText, region, rule } from "./reading";
import { Pattern } from "./rule";

const USER = text("User");
const GROUP = text("Group");

/** Reads one expression or a list of them. Null after a problem, and for an empty list. */
export function readPatterns(): Pattern | null {
  return changetype<Pattern | null>(readList(readPattern));
}

function readPattern(): usize {
  if (!readText()) return 0;
  const regex = compileAt(reader.textAt, reader.textLength);
  if (!regex) return 0;
  const pattern = create<Pattern>();
  pattern.regex = regex;
  pattern.userGroup = groupIndex(regex, USER.at, USER.length);
  pattern.groupGroup = groupIndex(regex, GROUP.at, GROUP.length);
  if (pattern.userGroup >= 0 || pattern.groupGroup >= 0) rule.hasSubject = true;
  return changetype<usize>(pattern);
}

/** Compiles an expression of the policy, or reports why it can't be. */
export function compileAt(at: usize, length: i32): Regex | null {
  const regex = compileRegex(region, at, length);
  if (!regex) reportAtOffset(regexErrorMessage(), regexErrorOffset());
  return regex;
}
