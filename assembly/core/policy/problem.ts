// What is wrong with a policy, and where: `rules[2].resources[0]: …`. The first problem found is kept; everything that
// reads a policy stops at it. Runs while a policy loads, never while a request is decided.
import { text, Text } from "../../memory/text";

const CAPACITY: i32 = 1024;
const buffer: usize = memory.data(1024);

/** The problem's text, ASCII and UTF-8 bytes; empty while there is none. */
export const problemAt: usize = buffer;
export let problemLength: i32 = 0;

/** How many bytes of the buffer are the path to the value being read. */
let pathLength: i32 = 0;

/** Forgets the problem and the path. */
export function clearProblem(): void {
  problemLength = 0;
  pathLength = 0;
}

export function hasProblem(): bool {
  return problemLength > 0;
}

/** Goes one level down, to a member of an object. Returns what `leave` takes to come back. */
export function enterMember(name: Text): i32 {
  const before = pathLength;
  if (before > 0) append(text("."));
  append(name);
  return before;
}

/** Goes one level down, to a member whose name the policy itself gives. */
export function enterNamed(at: usize, length: i32): i32 {
  const before = pathLength;
  if (before > 0) append(text("."));
  appendBytes(at, min(length, 100));
  return before;
}

/** Goes one level down, to an element of an array, counted from 0. */
export function enterElement(index: i32): i32 {
  const before = pathLength;
  append(text("["));
  appendInteger(index);
  append(text("]"));
  return before;
}

/** Goes back to where an `enter` was. After a problem the path stays, for it is part of the text. */
export function leave(before: i32): void {
  if (!hasProblem()) pathLength = before;
}

/** Records a problem with the value at the current path. Always false. */
export function report(message: Text): bool {
  return reportValue(message, 0, 0, text(""));
}

/** Records a problem whose text quotes a value of the policy: `before "value" after`. Always false. */
export function reportValue(before: Text, at: usize, length: i32, after: Text): bool {
  return reportChoice(before, at, length, after, text(""));
}

/** Records a problem whose text ends with a list of what is allowed, unless that is empty. Always false. */
export function reportChoice(before: Text, at: usize, length: i32, after: Text, allowed: Text): bool {
  if (hasProblem()) return false;
  if (pathLength > 0) append(text(": "));
  append(before);
  if (at) {
    append(text('"'));
    appendBytes(at, min(length, 200));
    append(text('"'));
  }
  append(after);
  if (allowed.length > 0) append(text("; allowed are "));
  append(allowed);
  problemLength = pathLength;
  return false;
}

/** Records a problem at a byte offset of the value at the current path. Always false. */
export function reportAtOffset(message: Text, offset: i32): bool {
  if (hasProblem()) return false;
  if (pathLength > 0) append(text(": "));
  append(message);
  append(text(" at offset "));
  appendInteger(offset);
  problemLength = pathLength;
  return false;
}

function append(words: Text): void {
  appendBytes(words.at, words.length);
}

function appendBytes(at: usize, length: i32): void {
  for (let i = 0; i < length && pathLength < CAPACITY; i++) {
    const byte = load<u8>(at + i);
    store<u8>(buffer + pathLength++, byte < 0x20 || byte == 0x7f ? 0x3f : byte);
  }
}

function appendInteger(value: i32): void {
  if (value >= 10) appendInteger(value / 10);
  if (pathLength < CAPACITY) store<u8>(buffer + pathLength++, <u8>(0x30 + (value % 10)));
}
