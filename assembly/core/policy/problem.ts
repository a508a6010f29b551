// What is wrong with a policy, and where: `rules[2].resources[0]: …`. The first problem found is kept; everything that
// reads a policy stops at it. Runs while a policy loads, never while a request is decided.
import { text, Text } from "../../memory/text";

const CAPACITY: i32 = 1024;

/** CAPACITY bytes follow: first the path to the value being read, then the problem with it. */
@unmanaged
export class Problem {
  /** How many bytes the problem's text has, its path included; 0 while there is none. */
  length: i32;
  private pathLength: i32;

  /** The problem's text, ASCII and UTF-8 bytes. */
  get at(): usize {
    return changetype<usize>(this) + offsetof<Problem>();
  }

  get isFound(): bool {
    return this.length > 0;
  }

  /** Forgets the problem and the path. */
  clear(): void {
    this.length = 0;
    this.pathLength = 0;
  }

  /** Goes one level down, to a member of an object. Returns what `leave` takes to come back. */
  enterMember(name: Text): i32 {
    return this.enterNamed(name.at, name.length);
  }

  /** Goes one level down, to a member whose name the policy itself gives. */
  enterNamed(at: usize, length: i32): i32 {
    const before = this.pathLength;
    if (before > 0) this.append(text("."));
    this.appendBytes(at, min(length, 100));
    return before;
  }

  /** Goes one level down, to an element of an array, counted from 0. */
  enterElement(index: i32): i32 {
    const before = this.pathLength;
    this.append(text("["));
    this.appendInteger(index);
    this.append(text("]"));
    return before;
  }

  /** Goes back to where an `enter` was. After a problem the path stays, for it is part of the text. */
  leave(before: i32): void {
    if (!this.isFound) this.pathLength = before;
  }

  /** Records a problem with the value at the current path. Always false. */
  report(message: Text): bool {
    return this.reportValue(message, 0, 0, text(""));
  }

  /** Records a problem whose text quotes a value of the policy: `before "value" after`. Always false. */
  reportValue(before: Text, at: usize, length: i32, after: Text): bool {
    return this.reportChoice(before, at, length, after, text(""));
  }

  /** Records a problem whose text ends with a list of what is allowed, unless that is empty. Always false. */
  reportChoice(before: Text, at: usize, length: i32, after: Text, allowed: Text): bool {
    if (this.isFound) return false;
    if (this.pathLength > 0) this.append(text(": "));
    this.append(before);
    if (at) {
      this.append(text('"'));
      this.appendBytes(at, min(length, 200));
      this.append(text('"'));
    }
    this.append(after);
    if (allowed.length > 0) this.append(text("; allowed are "));
    this.append(allowed);
    this.length = this.pathLength;
    return false;
  }

  /** Records a problem at a byte offset of the value at the current path. Always false. */
  reportAtOffset(message: Text, offset: i32): bool {
    if (this.isFound) return false;
    if (this.pathLength > 0) this.append(text(": "));
    this.append(message);
    this.append(text(" at offset "));
    this.appendInteger(offset);
    this.length = this.pathLength;
    return false;
  }

  private append(words: Text): void {
    this.appendBytes(words.at, words.length);
  }

  private appendBytes(at: usize, length: i32): void {
    for (let i = 0; i < length; i++) {
      const byte = load<u8>(at + i);
      this.appendByte(byte < 0x20 || byte == 0x7f ? 0x3f : byte);
    }
  }

  private appendInteger(value: i32): void {
    if (value >= 10) this.appendInteger(value / 10);
    this.appendByte(<u8>(0x30 + (value % 10)));
  }

  private appendByte(byte: u8): void {
    if (this.pathLength < CAPACITY) store<u8>(this.at + this.pathLength++, byte);
  }
}

/** A place for problems, to be kept: it lives as long as the module. */
export function createProblem(): Problem {
  const problem = changetype<Problem>(heap.alloc(offsetof<Problem>() + <usize>CAPACITY));
  problem.clear();
  return problem;
}
