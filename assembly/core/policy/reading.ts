// What the readers of a policy share: the JSON reader and the region everything goes to, and Authelia's habit of taking a
// scalar where a list may stand.
import { JsonKind, JsonReader, createJsonReader } from "../../encoding/json";
import { Region } from "../../memory/region";
import { enterElement, hasProblem, leave, report, reportChoice, reportValue } from "./problem";
import { text, Text } from "../../memory/text";
import { Rule } from "./rule";

export const reader: JsonReader = createJsonReader();
export let region: Region = changetype<Region>(<usize>0);
/** The rule being read. */
export let rule: Rule = changetype<Rule>(<usize>0);

/** Begins to read a policy from `length` bytes at `at`, which the reading changes, into `target`. */
export function beginReading(at: usize, length: i32, target: Region): void {
  reader.read(at, length);
  region = target;
}

export function beginRule(number: i32): Rule {
  rule = create<Rule>();
  rule.number = number;
  return rule;
}

/** Zeroed memory for one object of the policy. */
// @ts-ignore: decorator
@inline
export function create<T>(): T {
  return changetype<T>(region.allocate(offsetof<T>()));
}

/**
 * Begins a value that is a list or a single entry; the loop over it reads
 *
 *     const list = beginEntries();
 *     for (let i = 0; nextEntry(list, i); i++) {
 *       const before = enterEntry(list, i);
 *       …
 *       leave(before);
 *     }
 */
export function beginEntries(): bool {
  return reader.peek() == JsonKind.Array && reader.enterArray();
}

export function nextEntry(list: bool, index: i32): bool {
  return list ? reader.nextElement() : index == 0;
}

/** Puts a list's entry into the path of problems; a single entry is at the path of its value. */
export function enterEntry(list: bool, index: i32): i32 {
  return list ? enterElement(index) : -1;
}

/** Comes back from an entry. */
export function leaveEntry(before: i32): void {
  if (before >= 0) leave(before);
}

/**
 * Reads a list of entries or a single one, each with `readEntry`, which returns an object that begins with its `next`, or 0
 * after a problem. Links them in their order and returns the first; 0 after a problem, and for an empty list.
 */
export function readList(readEntry: () => usize): usize {
  let first: usize = 0;
  let last: usize = 0;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const entry = readEntry();
    if (!entry) return 0;
    if (last) store<u32>(last, <u32>entry);
    else first = entry;
    last = entry;
    leaveEntry(before);
  }
  return first;
}

/** `readList` for a list that must have entries. */
export function readFullList(readEntry: () => usize): usize {
  const first = readList(readEntry);
  if (!first && !hasProblem()) report(text("must not be empty"));
  return first;
}

/** Reads a string that is not empty into the reader's text. */
export function readText(): bool {
  if (reader.peek() != JsonKind.String) return report(text("must be a text"));
  if (!reader.string()) return report(text("is not a valid text"));
  return reader.textLength > 0 || report(text("must not be empty"));
}

/** Whether the next value is null, which counts as absent and is then consumed. */
export function skipNull(): bool {
  if (reader.peek() != JsonKind.Null) return false;
  reader.skip();
  return true;
}

/** Begins an object, or reports what stands there instead. */
export function beginObject(): bool {
  return reader.peek() == JsonKind.Object ? reader.enterObject() : report(text("must be a mapping"));
}

/** Which of a list of words the text read last is, from 0; -1 after a problem, which begins with `"text" wrong`. */
export function choose(words: Text, wrong: Text): i32 {
  const index = reader.wordIn(words);
  if (index < 0) reportChoice(text(""), reader.textAt, reader.textLength, wrong, words);
  return index;
}

/** Reports what is wrong with the text read last: `"text" is wrong`. Always false. */
export function reportText(wrong: Text): bool {
  return reportValue(text(""), reader.textAt, reader.textLength, wrong);
}

/** Reports a key that nobody knows. Always false. */
export function reportUnknownKey(allowed: Text): bool {
  return reportChoice(text("unknown key "), reader.textAt, reader.textLength, text(""), allowed);
}
