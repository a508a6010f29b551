// A compiled regex, and what compiling finds out about it once so that matching need not.

import { GroupName } from "./group-name";

/** The condition on the rest of a text whose first bytes (for an anchored regex) or last bytes (for another) match. */
export const enum Shape {
  /** Only the program knows. */
  General = 0,
  /** `^literal`: begins with the literal, or is empty of conditions. */
  StartsWith = 1,
  /** `^literal$`: nothing else. */
  Equals = 2,
  /** `literal$`. */
  EndsWith = 3,
}


@unmanaged
export class Regex {
  /** Instructions (see instruction.ts). */
  program: usize;
  programLength: i32;
  /** Capturing groups, the whole match not counted. */
  groupCount: i32;
  groupNames: GroupName | null;
  /** Whether a match can only begin where the text does. */
  anchored: bool;
  shape: Shape;
  /** The bytes that every match begins with (of an anchored regex) or consists of; see shape. */
  literal: usize;
  literalLength: i32;
  /** The automaton built so far, and in which generation of the shared memory; see automaton-pool.ts. */
  automaton: usize;
  generation: u32;
}
