// Spells out what the engine finds, so that a test reads as pattern, text and answer.

import {
  capture,
  compileRegex,
  groupIndex,
  matches,
  Regex,
  regexErrorMessage,
  RegexFault,
} from "../../../../assembly/core/regex";
import { createRegion } from "../../../../assembly/memory/region";

const fault: RegexFault = changetype<RegexFault>(memory.data(offsetof<RegexFault>(), 8));

/** A compiled pattern. It is never freed: a test is short. */
export function compile(pattern: string): Regex | null {
  const bytes = String.UTF8.encode(pattern);
  return compileRegex(fault, createRegion(), changetype<usize>(bytes), bytes.byteLength);
}

/** Why a pattern is refused, as `code@offset`; "" when it is not. */
export function refusal(pattern: string): string {
  return compile(pattern) ? "" : (<i32>fault.code).toString() + "@" + fault.offset.toString();
}

/** The same in words. */
export function refusalMessage(pattern: string): string {
  if (compile(pattern)) return "";
  const message = regexErrorMessage(fault.code);
  return String.UTF8.decodeUnsafe(message.at, message.length);
}

/** The groups of the match, the whole first, as `0-3 1-2`, a `-` for one that took no part; "no match" without one. */
export function find(pattern: string, text: string): string {
  const regex = compile(pattern);
  if (!regex) return "refused";
  const bytes = String.UTF8.encode(text);
  const at = changetype<usize>(bytes);
  const captures = new StaticArray<i32>(2 * regex.groupCount + 2);
  const found = capture(regex, at, bytes.byteLength, changetype<usize>(captures));
  if (found != matches(regex, at, bytes.byteLength)) return "capture and matches disagree";
  if (!found) return "no match";
  const groups = new Array<string>();
  for (let i = 0; i <= regex.groupCount; i++) {
    const start = captures[2 * i];
    groups.push(start < 0 ? "-" : start.toString() + "-" + captures[2 * i + 1].toString());
  }
  return groups.join(" ");
}

/** The number of a named group, or -1. */
export function groupOf(pattern: string, name: string): i32 {
  const bytes = String.UTF8.encode(name);
  return groupIndex(compile(pattern)!, changetype<usize>(bytes), bytes.byteLength);
}
