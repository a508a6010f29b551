// Header maps as proxy-wasm passes them: a count, the lengths of every name and value, then the bytes, each followed by a NUL.
//
//   ┌───────┬──────────┬───────────┬─ … ─┬──────┬───┬───────┬───┬─ …
//   │ count │ name len │ value len │     │ name │ 0 │ value │ 0 │
//   └───────┴──────────┴───────────┴─ … ─┴──────┴───┴───────┴───┴─ …
import { allocateInArena } from "../../memory/arena";
import { Text } from "../../memory/text";

let cursor: usize = 0;
let lengths: usize = 0;
let end: usize = 0;
let left: i32 = 0;

/** The pair read last. */
export let nameAt: usize = 0;
export let nameLength: i32 = 0;
export let valueAt: usize = 0;
export let valueLength: i32 = 0;

/** Begins to read a map. False when the block can't hold what it says. */
export function beginPairs(at: usize, length: i32): bool {
  left = 0;
  if (length < 4) return length == 0;
  const count: u32 = load<u32>(at);
  if (<u64>count * 10 + 4 > <u64>length) return false;
  left = count;
  lengths = at + 4;
  cursor = lengths + <usize>count * 8;
  end = at + length;
  return true;
}

/** Reads the next pair. False at the end; `pairsAreSound` tells whether it is the real one. */
export function nextPair(): bool {
  if (left <= 0) return false;
  left--;
  nameLength = load<i32>(lengths);
  valueLength = load<i32>(lengths, 4);
  lengths += 8;
  const room = <i64>(end - cursor);
  if (nameLength < 0 || valueLength < 0 || <i64>nameLength + <i64>valueLength + 2 > room) {
    left = -1;
    return false;
  }
  nameAt = cursor;
  valueAt = nameAt + nameLength + 1;
  cursor = valueAt + valueLength + 1;
  return true;
}

/** Whether the map read last came to its end without a length that reaches beyond the block. */
export function pairsAreSound(): bool {
  return left == 0;
}

const MAX_BUILT: i32 = 12;
/** Name and value of each pair of the map being built, as four words. */
const built: usize = memory.data(12 * 16, 4);
let builtCount: i32 = 0;

/** The map built last, in the arena. */
export let pairsAt: usize = 0;
export let pairsLength: i32 = 0;

/** Begins to build a map of up to twelve pairs. */
export function beginBuilding(): void {
  builtCount = 0;
}

/** Adds a pair; its bytes must stay until `buildPairs`. */
export function addPair(name: Text, value: usize, length: i32): void {
  if (builtCount == MAX_BUILT) return;
  const pair = built + <usize>builtCount * 16;
  builtCount++;
  store<u32>(pair, <u32>name.at);
  store<i32>(pair, name.length, 4);
  store<u32>(pair, <u32>value, 8);
  store<i32>(pair, length, 12);
}

export function addTextPair(name: Text, value: Text): void {
  addPair(name, value.at, value.length);
}

/** Lays the pairs down as the ABI wants them. */
export function buildPairs(): void {
  let size = 4;
  for (let i = 0; i < builtCount; i++) {
    const pair = built + <usize>i * 16;
    size += 8 + load<i32>(pair, 4) + load<i32>(pair, 12) + 2;
  }
  pairsAt = allocateInArena(size);
  pairsLength = pairsAt ? size : 0;
  if (!pairsAt) return;
  store<i32>(pairsAt, builtCount);
  let header = pairsAt + 4;
  let to = header + <usize>builtCount * 8;
  for (let i = 0; i < builtCount; i++) {
    const pair = built + <usize>i * 16;
    store<i32>(header, load<i32>(pair, 4));
    store<i32>(header, load<i32>(pair, 12), 4);
    header += 8;
    to = putTerminated(to, load<u32>(pair), load<i32>(pair, 4));
    to = putTerminated(to, load<u32>(pair, 8), load<i32>(pair, 12));
  }
}

function putTerminated(to: usize, at: usize, length: i32): usize {
  memory.copy(to, at, length);
  store<u8>(to + length, 0);
  return to + length + 1;
}
