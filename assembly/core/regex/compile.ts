// From a pattern to a Regex: parses it, moves the program to the region, and looks at it once for what makes matching
// cheap.

import { encodeRune, isSurrogate, REPLACEMENT } from "../../encoding/utf8";
import { Region } from "../../memory/region";
import { Assertion } from "./assertion";
import { RegexError, RegexFault } from "./error";
import { argumentOf, instructionAt, Op, opOf, operandOf } from "./instruction";
import { parse } from "./parser";
import { Parsing } from "./parsing";
import { code } from "./program-builder";
import { Regex, Shape } from "./regex";
import { canBeginLater } from "./threads";
import { MAX_CAPTURE_CELLS, workspace } from "./workspace";

const parsing: Parsing = changetype<Parsing>(memory.data(offsetof<Parsing>(), 8));

/**
 * Compiles RE2 syntax, as Go's regexp.Compile reads it. The regex and all it needs live in the region, the pattern's
 * bytes are not kept. Null when the pattern is refused: then the fault tells why.
 */
export function compileRegex(fault: RegexFault, region: Region, pattern: usize, length: i32): Regex | null {
  if (!parse(parsing, fault, region, pattern, length)) return null;
  const programLength = parsing.programLength;
  if (countLeaves(programLength) * (parsing.groupCount + 1) * 2 > MAX_CAPTURE_CELLS) {
    fault.code = RegexError.TooLarge;
    fault.offset = length;
    return null;
  }
  const regex = changetype<Regex>(region.allocate(offsetof<Regex>()));
  regex.programLength = programLength;
  regex.program = region.copy(code, programLength << 3);
  regex.groupCount = parsing.groupCount;
  regex.groupNames = parsing.names;
  regex.anchored = !canBeginLater(regex.program);
  findLiteral(regex, region);
  return regex;
}

/** Instructions of a program of this length at which a thread can stay. */
function countLeaves(programLength: i32): i32 {
  let count = 0;
  for (let i = 0; i < programLength; i++) count += i32(opOf(instructionAt(code, i)) <= Op.Match);
  return count;
}

/** Finds the literal that the program begins with, and whether there is more to it. */
function findLiteral(regex: Regex, region: Region): void {
  const program = regex.program;
  let index = skipSaves(program, 0);
  if (regex.anchored) {
    if (!isAssertion(program, index, Assertion.BeginText)) return;
    index = skipSaves(program, index + 1);
  }
  let length = 0;
  while (isLiteral(instructionAt(program, index))) {
    length += encodeRune(workspace + length, argumentOf(instructionAt(program, index)));
    index = skipSaves(program, index + 1);
  }
  const atEnd = isAssertion(program, index, Assertion.EndText);
  if (atEnd) index = skipSaves(program, index + 1);
  const complete = opOf(instructionAt(program, index)) == Op.Match;
  if (!regex.anchored && !(complete && atEnd)) return;
  regex.literal = region.copy(workspace, length);
  regex.literalLength = length;
  if (!complete) return;
  if (!regex.anchored) regex.shape = Shape.EndsWith;
  else regex.shape = atEnd ? Shape.Equals : Shape.StartsWith;
}

function skipSaves(program: usize, index: i32): i32 {
  while (opOf(instructionAt(program, index)) == Op.Save) index++;
  return index;
}

function isAssertion(program: usize, index: i32, assertion: Assertion): bool {
  const instruction = instructionAt(program, index);
  return opOf(instruction) == Op.Assert && operandOf(instruction) == assertion;
}

/** Whether the instruction takes one code point, which only its own bytes stand for: U+FFFD also stands for broken ones. */
function isLiteral(instruction: usize): bool {
  const rune = argumentOf(instruction);
  return opOf(instruction) == Op.Range && rune == operandOf(instruction) && rune != REPLACEMENT && !isSurrogate(rune);
}
