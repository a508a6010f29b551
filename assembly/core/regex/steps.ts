// Counts the work of matching, so that a test can show it to be linear in the length of the text.

let count: u64 = 0;

/** Steps since the module started: bytes read by an automaton, instructions visited by the other machines. */
export function regexSteps(): u64 {
  return count;
}

// @ts-ignore: decorator
@inline
export function addSteps(steps: i32): void {
  count += steps;
}
