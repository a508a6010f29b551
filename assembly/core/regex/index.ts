// Regular expressions in RE2's syntax and with the answers of Go's regexp, matched in time linear in the text whatever the
// pattern. Text and patterns are bytes, read as UTF-8; a byte of a text that is not UTF-8 counts as one U+FFFD.
//
// A pattern is compiled into a region (parser, program-builder), without a tree in between. `matches` compares a literal
// where the pattern is one or begins with one, else runs an automaton that is built as texts come by (automaton), and
// where that has no room, the simulation it is built from (threads). `capture` asks `matches` first, then finds the groups
// by backtracking with a memory (backtrack), or with Pike's machine (pike) where the text is long. Matching allocates
// nothing. Automata share one bounded pool: resetRegexCaches empties it, for when a bundle was replaced.
//
// It differs from Go in what it refuses: Unicode classes (\p, \P); programs of more than 16384 instructions once
// repetitions are written out; classes of more than 2048 ranges; groups times program beyond what captures have room for.
// Groups may be nested 1000 deep whatever lies between them.

import { groupNamed } from "./group-name";
import { Regex } from "./regex";

export { resetRegexCaches } from "./automaton-pool";
export { compileRegex } from "./compile";
export { RegexError, regexErrorMessage, RegexFault } from "./error";
export { capture, matches } from "./match";
export { Regex } from "./regex";
export { regexSteps } from "./steps";

/** The number of the group with this name, or -1. */
export function groupIndex(regex: Regex, nameAt: usize, nameLength: i32): i32 {
  return groupNamed(regex.groupNames, nameAt, nameLength);
}
