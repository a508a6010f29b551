// Header maps as proxy-wasm passes them: a count, the lengths of every name and value, then the bytes, each followed by a NUL.
//
//   ┌───────┬──────────┬───────────┬─ … ─┬──────┬───┬───────┬───┬─ …
//   │ count │ name len │ value len │     │ name │ 0 │ value │ 0 │
//   └───────┴──────────┴───────────┴─ … ─┴──────┴───┴───────┴───┴─ …
import { allocateInArena } from "../../memory/arena";
import { setSlice, Slice } from "../../memory/slice";
import { Text } from "../../memory/text";


@unmanaged
class Pair {
  nameAt: usize;
  nameLength: i32;
  valueAt: usize;
  valueLength: i32;
}

/** A map that is being read, and the pair of it that was read last. */
@unmanaged
export class HeaderPairs extends Pair {
  /** Where the lengths and the bytes of the next pair are, the end of the block, and how many pairs are left; -1 for a broken one. */
  lengths: usize;
  cursor: usize;
  end: usize;
  left: i32;
}

/** Begins to read a map. False when the block can't hold what it says. */
export function beginPairs(pairs: HeaderPairs, at: usize, length: i32): bool {
  pairs.left = 0;
  if (length < 4) return length == 0;
  const count: u32 = load<u32>(at);
  if (<u64>count * 10 + 4 > <u64>length) return false;
  pairs.left = count;
  pairs.lengths = at + 4;
  pairs.cursor = pairs.lengths + <usize>count * 8;
  pairs.end = at + length;
  return true;
}

/** Reads the next pair. False at the end; `areSound` tells whether it is the real one. */
export function nextPair(pairs: HeaderPairs): bool {
  if (pairs.left <= 0) return false;
  pairs.left--;
  const lengths = pairs.lengths;
  const nameLength = load<i32>(lengths);
  const valueLength = load<i32>(lengths, 4);
  const nameAt = pairs.cursor;
  const room = <i64>(pairs.end - nameAt);
  if (nameLength < 0 || valueLength < 0 || <i64>nameLength + <i64>valueLength + 2 > room) {
    pairs.left = -1;
    return false;
  }
  const valueAt = nameAt + nameLength + 1;
  pairs.lengths = lengths + 8;
  pairs.cursor = valueAt + valueLength + 1;
  pairs.nameAt = nameAt;
  pairs.nameLength = nameLength;
  pairs.valueAt = valueAt;
  pairs.valueLength = valueLength;
  return true;
}

/** Whether a map came to its end without a length that reaches beyond the block. */
export function areSound(pairs: HeaderPairs): bool {
  return pairs.left == 0;
}

const MOST_PAIRS: i32 = 12;

/** A map that is being built, of up to twelve pairs, which stand behind the object. */
@unmanaged
export class PairList {
  count: i32;
}

/** Bytes of a PairList with its pairs. */
export const PAIR_LIST_BYTES: i32 = <i32>offsetof<PairList>() + MOST_PAIRS * <i32>offsetof<Pair>();

// @ts-ignore: decorator
@inline
function pairOf(list: PairList, index: i32): Pair {
  return changetype<Pair>(changetype<usize>(list) + offsetof<PairList>() + <usize>index * offsetof<Pair>());
}

/** Adds a pair; its bytes must stay until `layDown`. */
export function addPair(list: PairList, name: Text, valueAt: usize, valueLength: i32): void {
  if (list.count == MOST_PAIRS) return;
  const pair = pairOf(list, list.count++);
  pair.nameAt = name.at;
  pair.nameLength = name.length;
  pair.valueAt = valueAt;
  pair.valueLength = valueLength;
}

export function addTextPair(list: PairList, name: Text, value: Text): void {
  addPair(list, name, value.at, value.length);
}

/** Lays the pairs down as the ABI wants them, in the arena; `block` is nothing when there is no room. */
export function layDown(list: PairList, block: Slice): void {
  let size = 4;
  for (let i = 0; i < list.count; i++) {
    const pair = pairOf(list, i);
    size += 8 + pair.nameLength + pair.valueLength + 2;
  }
  const at = allocateInArena(size);
  setSlice(block, at, at ? size : 0);
  if (!at) return;
  store<i32>(at, list.count);
  let header = at + 4;
  let to = header + <usize>list.count * 8;
  for (let i = 0; i < list.count; i++) {
    const pair = pairOf(list, i);
    store<i32>(header, pair.nameLength);
    store<i32>(header, pair.valueLength, 4);
    header += 8;
    to = putTerminated(to, pair.nameAt, pair.nameLength);
    to = putTerminated(to, pair.valueAt, pair.valueLength);
  }
}

function putTerminated(to: usize, at: usize, length: i32): usize {
  memory.copy(to, at, length);
  store<u8>(to + length, 0);
  return to + length + 1;
}
