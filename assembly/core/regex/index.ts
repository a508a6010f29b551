// RE2-syntax regular expressions that match in time linear in the text, whatever the pattern and the text.

import { groupNamed } from "./group-name";
import { Regex } from "./regex";

export { resetRegexCaches } from "./automaton-pool";
export { compileRegex } from "./compile";
export { regexError, RegexError, regexErrorMessage, regexErrorOffset } from "./error";
export { capture, matches } from "./match";
export { Regex } from "./regex";
export { regexSteps } from "./steps";

/** The number of the group with this name, or -1. */
export function groupIndex(regex: Regex, nameAt: usize, nameLength: i32): i32 {
  return groupNamed(regex.groupNames, nameAt, nameLength);
}
