// The multiples of a point that are worked out once, so that later a P - b Q takes 32 doublings instead of 253.
//
// A scalar is recoded into 256 signed digits, most of them 0 (scalar.ts). They are cut into 8 rows of 32: row j belongs to
// the point 2^(32 j) P, and all rows share the doublings. For each row there is a table of odd multiples:
//
//   table 0    P           3 P           5 P         …
//   table 1    2^32 P      3 2^32 P      5 2^32 P    …
//   …
//   table 7    2^224 P     3 2^224 P     5 2^224 P   …
import { ADDEND_BYTES, addTo, double, setNeutral, storeAddend } from "./point";
import { DIGITS, recode } from "./scalar";

const ROWS: usize = 8;
const DIGITS_PER_ROW: usize = <usize>DIGITS / ROWS;

/** What the multiples of a point take in memory for digits of width 2. Each bit more doubles it. */
export const NARROWEST_MULTIPLES_BYTES: usize = ROWS * ADDEND_BYTES;

const TWICE: usize = memory.data(160);
const FIRST_DIGITS: usize = memory.data(256);
const SECOND_DIGITS: usize = memory.data(256);

/** Stores the multiples of the accumulator for digits of `width`: NARROWEST_MULTIPLES_BYTES << (width - 2). */
export function prepareMultiples(multiples: usize, width: u32): void {
  for (let row: usize = 0; row < ROWS; row++) {
    const table = tableOf(multiples, row, width);
    const end = tableOf(multiples, row + 1, width);
    storeAddend(table);
    double();
    storeAddend(TWICE);
    setNeutral();
    addTo(table, false);
    for (let odd = table + ADDEND_BYTES; odd < end; odd += ADDEND_BYTES) {
      addTo(TWICE, false);
      storeAddend(odd);
    }
    setNeutral();
    addTo(table, false);
    for (let i: usize = 0; i < DIGITS_PER_ROW; i++) double();
  }
}

/** The accumulator becomes a P - b Q, for the prepared multiples of P and Q with their widths. */
export function subtractProducts(a: usize, p: usize, widthOfP: u32, b: usize, q: usize, widthOfQ: u32): void {
  recode(FIRST_DIGITS, a, widthOfP);
  recode(SECOND_DIGITS, b, widthOfQ);
  setNeutral();
  for (let column = DIGITS_PER_ROW; column-- > 0;) {
    double();
    for (let row: usize = 0; row < ROWS; row++) {
      const at = row * DIGITS_PER_ROW + column;
      addMultiple(tableOf(p, row, widthOfP), load<i8>(FIRST_DIGITS + at));
      addMultiple(tableOf(q, row, widthOfQ), -load<i8>(SECOND_DIGITS + at));
    }
  }
}

/** Adds `digit` times the point of a table, which is nothing for the digit 0. */
function addMultiple(table: usize, digit: i32): void {
  if (digit) addTo(table + ADDEND_BYTES * (abs(digit) >> 1), digit < 0);
}

// @ts-ignore: decorator
@inline
function tableOf(multiples: usize, row: usize, width: u32): usize {
  return multiples + row * (ADDEND_BYTES << (width - 2));
}
