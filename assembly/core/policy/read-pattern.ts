// Regular expressions of a rule: `domain_regex`, `resources`, and the value of a `pattern` query condition.
import { text } from "../../memory/text";
import { compileRegex, groupIndex, Regex, regexErrorMessage, RegexFault } from "../regex";
import { PolicyReading } from "./reading";
import { Pattern } from "./rule";

const USER = text("User");
const GROUP = text("Group");

/** Reads one expression or a list of them. Null after a problem, and for an empty list. */
export function readPatterns(reading: PolicyReading): Pattern | null {
  return changetype<Pattern | null>(reading.readList(readPattern));
}

function readPattern(reading: PolicyReading): usize {
  if (!reading.readText()) return 0;
  const regex = compileAt(reading, reading.json.textAt, reading.json.textLength);
  if (!regex) return 0;
  const pattern = reading.create<Pattern>();
  pattern.regex = regex;
  pattern.userGroup = groupIndex(regex, USER.at, USER.length);
  pattern.groupGroup = groupIndex(regex, GROUP.at, GROUP.length);
  return changetype<usize>(pattern);
}

const fault: RegexFault = changetype<RegexFault>(memory.data(offsetof<RegexFault>(), 8));

/** Compiles an expression of the policy, or reports why it can't be. */
export function compileAt(reading: PolicyReading, at: usize, length: i32): Regex | null {
  const regex = compileRegex(fault, reading.region, at, length);
  if (!regex) reading.problem.reportAtOffset(regexErrorMessage(fault.code), fault.offset);
  return regex;
}
