// The classes that have a name: Perl's \d \s \w and POSIX's [:alpha:] and its kind, all of them ASCII as in RE2.

import { equal, indexOf } from "../../memory/bytes";
import { text } from "../../memory/text";
import { addRange, RuneSet } from "./rune-set";

// Members are written as the lowest and the highest of each range.
const DIGITS = text("09");
const SPACES = text("\t\n\f\r  ");
const WORDS = text("09AZ__az");

/** A line for each set: its name, a space, its members. */
const POSIX_SETS = text(`alnum 09AZaz
alpha AZaz
ascii \0\x7f
blank \t\t\x20\x20
cntrl \0\x1f\x7f\x7f
digit 09
graph !~
lower az
print \x20~
punct !/:@[\x60{~
space \t\r\x20\x20
upper AZ
word 09AZ__az
xdigit 09AFaf
`);

/** Adds the set that Perl calls by this letter. False when there is none. */
export function addPerlSet(set: RuneSet, letter: i32): bool {
  switch (letter) {
    case 0x64: // d
      addMembers(set, DIGITS.at, DIGITS.length);
      return true;
    case 0x73: // s
      addMembers(set, SPACES.at, SPACES.length);
      return true;
    case 0x77: // w
      addMembers(set, WORDS.at, WORDS.length);
      return true;
  }
  return false;
}

/** Adds the set with this POSIX name. False when there is none. */
export function addPosixSet(set: RuneSet, name: usize, length: i32): bool {
  const end = POSIX_SETS.at + POSIX_SETS.length;
  let line = POSIX_SETS.at;
  while (line < end) {
    const lineLength = indexOf(line, POSIX_SETS.length, 0x0a);
    const nameLength = indexOf(line, lineLength, 0x20);
    if (equal(line, nameLength, name, length)) {
      addMembers(set, line + nameLength + 1, lineLength - nameLength - 1);
      return true;
    }
    line += lineLength + 1;
  }
  return false;
}

function addMembers(set: RuneSet, members: usize, length: i32): void {
  for (let i = 0; i < length; i += 2) addRange(set, load<u8>(members + i), load<u8>(members + i, 1));
}
