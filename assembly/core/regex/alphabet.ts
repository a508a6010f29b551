// The alphabet of an automaton: code points that no instruction of a program tells apart share one column of the
// automaton's table.

import { ALL_ASSERTIONS, Assertion, isWord, NEWLINE } from "./assertion";
import { argumentOf, instructionAt, Op, opOf, operandOf } from "./instruction";
import { Regex } from "./regex";
import { highOf, lowOf } from "./rune-set";
import { workspace } from "./workspace";

/** Bytes from 128 up have this column, in which no state is ever noted: they have to be decoded first. */
export const UNDECODED: i32 = 0;
/** The end of the text. */
export const END: i32 = 1;
const FIRST_COLUMN: i32 = 2;

/** Places from 128 up where columns change; with more of them a regex has no automaton. */
const MAX_BOUNDARIES: i32 = 512;

/** For each code point below 128, whether a column starts there; then the sorted boundaries. */
const starts: usize = workspace;
const boundaries: usize = workspace + 256;
let boundaryCount: i32 = 0;

/** Columns of the table of the regex that collectAlphabet saw last. */
export let columnCount: i32 = 0;
