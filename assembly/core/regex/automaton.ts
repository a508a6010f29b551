// Matches without captures, one table look-up per byte: the automaton whose states are the Threads of the simulation
// (threads.ts), built as texts come by, as in RE2. Where there is no room to build on, the simulation goes on.

import { decodeRune } from "../../encoding/utf8";
import { isSame } from "../../memory/bytes";
import { alphabet, boundaries, boundariesUpTo, END, findColumns, writeColumns } from "./alphabet";
import { TEXT_EDGE } from "./assertion";
import { allocateInPool, automatonPool, bucketOf, countState, hasPaid, recyclePool } from "./automaton-pool";
import { Regex } from "./regex";
import { addSteps, regexSteps } from "./steps";
import { Advance, advance, begin, room, setBytes, simulate, Threads } from "./threads";

/** What one regex may take of the pool, so that it does not crowd out the others. */
const MAX_AUTOMATON_BYTES: i32 = 128 * 1024;

/** Followed by the column of each byte, then the boundaries of the columns above. */
@unmanaged
class Automaton {
  /** The state at the beginning of the text, or an Advance that says it all. */
  start: usize;
  columnCount: i32;
  boundaryCount: i32;
  /** What its states take, and how many they are. */
  bytes: i32;
  states: i32;
  stepsAtBirth: u64;
}

/**
 * Followed by a row, u32 for each column: the state that the column leads to, an Advance that ends the search there, or 0
 * while that is unknown. Then come the Threads.
 */
@unmanaged
class State {
  /** The next in the chain of a hash. */
  next: State | null;
  automaton: Automaton;
}

/** In place of a state, as are the other values of Advance: no address is as low. */
const MATCHED: usize = Advance.Matched;

const BYTE_COUNT: usize = 256;

/** Whether the regex matches anywhere in the text. */
export function run(regex: Regex, at: usize, length: i32): bool {
  const automaton =
    regex.generation == automatonPool.generation
      ? changetype<Automaton | null>(regex.automaton)
      : createAutomaton(regex);
  const end = at + length;
  if (!automaton) {
    const started = begin(regex, room(0));
    return started == Advance.Alive ? simulate(regex, room(0), at, end) : started == Advance.Matched;
  }
  const columns = changetype<usize>(automaton) + offsetof<Automaton>();
  let state = automaton.start;
  let cursor = at;
  if (state <= MATCHED) return state == MATCHED;
  while (cursor < end) {
    let next = nextOf(state, load<u8>(columns + load<u8>(cursor)));
    if (next > MATCHED) {
      state = next;
      cursor++;
      continue;
    }
    let width: u32 = 1;
    if (!next) {
      // Beyond ASCII, or not built yet.
      const decoded = decodeRune(cursor, end);
      const rune = decoded & 0xffffff;
      width = decoded >> 24;
      const column = columnOf(automaton, rune);
      next = nextOf(state, column);
      if (!next) next = extend(regex, automaton, state, <i32>rune, column);
      if (!next) return simulate(regex, threadsOf(automaton, state), cursor, end);
    }
    if (next <= MATCHED) {
      addSteps(<i32>(cursor - at));
      return next == MATCHED;
    }
    state = next;
    cursor += width;
  }
  addSteps(length);
  const last = nextOf(state, END) || extend(regex, automaton, state, TEXT_EDGE, END);
  return last == MATCHED;
}

// @ts-ignore: decorator
@inline
function nextOf(state: usize, column: i32): usize {
  return load<u32>(state + ((<usize>column) << 2), offsetof<State>());
}

function threadsOf(automaton: Automaton, state: usize): Threads {
  return changetype<Threads>(state + offsetof<State>() + ((<usize>automaton.columnCount) << 2));
}

function columnOf(automaton: Automaton, rune: u32): i32 {
  const columns = changetype<usize>(automaton) + offsetof<Automaton>();
  if (rune < 128) return load<u8>(columns + rune);
  // The columns above go on from the one that 127 is in.
  return load<u8>(columns + 127) + boundariesUpTo(rune, columns + BYTE_COUNT, automaton.boundaryCount);
}

/** Null when there is no room, or the regex has too large an alphabet. */
function createAutomaton(regex: Regex): Automaton | null {
  if (!findColumns(regex)) return null;
  const boundaryBytes = (<usize>alphabet.boundaryCount) << 2;
  const at = allocateInPool(offsetof<Automaton>() + BYTE_COUNT + boundaryBytes);
  if (!at) {
    recyclePool();
    return null;
  }
  const columns = at + offsetof<Automaton>();
  const automaton = changetype<Automaton>(at);
  automaton.columnCount = writeColumns(columns);
  automaton.boundaryCount = alphabet.boundaryCount;
  memory.copy(columns + BYTE_COUNT, boundaries, boundaryBytes);
  automaton.bytes = 0;
  automaton.states = 0;
  automaton.stepsAtBirth = regexSteps();
  const threads = room(0);
  const started = begin(regex, threads);
  automaton.start = started == Advance.Alive ? findState(regex, automaton, threads) : <usize>started;
  if (!automaton.start) return null;
  regex.automaton = at;
  regex.generation = automatonPool.generation;
  return automaton;
}

/** Finds out where a column leads from a state. 0 when there is no room to note it. */
function extend(regex: Regex, automaton: Automaton, state: usize, rune: i32, column: i32): usize {
  const threads = room(0);
  const advanced = advance(regex, threadsOf(automaton, state), rune, threads);
  const next = advanced == Advance.Alive ? findState(regex, automaton, threads) : <usize>advanced;
  store<u32>(state + ((<usize>column) << 2), <u32>next, offsetof<State>());
  return next;
}

/** The state with these threads, new or known. 0 when there is no room. */
function findState(regex: Regex, automaton: Automaton, threads: Threads): usize {
  const threadsBytes = offsetof<Threads>() + setBytes(regex);
  const bucket = bucketOf(hash(changetype<usize>(threads), threadsBytes) + <u32>changetype<usize>(automaton));
  let known = changetype<State | null>(<usize>load<u32>(bucket));
  while (known) {
    if (known.automaton == automaton) {
      const knownThreads = threadsOf(automaton, changetype<usize>(known));
      if (isSame(changetype<usize>(knownThreads), changetype<usize>(threads), <i32>threadsBytes)) {
        return changetype<usize>(known);
      }
    }
    known = known.next;
  }
  const rowBytes = (<usize>automaton.columnCount) << 2;
  const at = allocateState(regex, automaton, offsetof<State>() + rowBytes + threadsBytes);
  if (!at) return 0;
  const state = changetype<State>(at);
  state.next = changetype<State | null>(<usize>load<u32>(bucket));
  state.automaton = automaton;
  store<u32>(bucket, <u32>at);
  memory.fill(at + offsetof<State>(), 0, rowBytes);
  memory.copy(changetype<usize>(threadsOf(automaton, at)), changetype<usize>(threads), threadsBytes);
  return at;
}

/**
 * Room for a state, or 0. In that case the automaton, or the whole pool, is given up if it has paid for itself: texts may
 * have changed since, and from the next one on it is built anew. What it holds stays readable until then.
 */
function allocateState(regex: Regex, automaton: Automaton, size: usize): usize {
  if (automaton.bytes + <i32>size > MAX_AUTOMATON_BYTES) {
    if (hasPaid(automaton.states, automaton.stepsAtBirth)) regex.generation = 0;
    return 0;
  }
  const at = allocateInPool(size);
  if (!at) {
    recyclePool();
    return 0;
  }
  automaton.bytes += <i32>size;
  automaton.states++;
  countState();
  return at;
}

/** FNV-1a, over words. */
function hash(at: usize, bytes: usize): u32 {
  let value: u32 = 0x811c9dc5;
  for (const end = at + bytes; at < end; at += 4) value = (value ^ load<u32>(at)) * 0x01000193;
  return value ^ (value >> 15);
}
