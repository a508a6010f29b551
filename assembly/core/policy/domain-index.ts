// The rules that may match a host, found without looking at the others. Literal hosts and domain suffixes sit in one hash
// table; a host is looked up whole and once for each of its suffixes. Rules that no suffix can find (a `domain_regex`, no
// domain at all) are candidates for every host. A request's cost so depends on its candidates, not on the policy's size.
import { equal } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { Slice } from "../../memory/slice";
import { DomainKind, DomainPattern, Rule } from "./rule";

/** A rule to be tried, and the pattern that made it a candidate (null: its domain criterion is yet to be tested whole). */
@unmanaged
export class Candidate {
  rule: Rule;
  pattern: DomainPattern | null;
  next: Candidate | null;
}

/** One key of the table, a host or a suffix beginning with a dot, and its candidates in rule order. */
@unmanaged
class Slot {
  hash: u32;
  keyLength: i32;
  keyAt: usize;
  first: Candidate | null;
  last: Candidate | null;
}


@unmanaged
export class DomainIndex {
  slots: usize;
  /** Number of slots less one; the number is a power of two. */
  mask: u32;
  used: i32;
  everyHost: Candidate | null;
  lastOfEveryHost: Candidate | null;
}

const INITIAL_SLOTS: u32 = 16;
/** A host of 253 characters has at most 127 labels, so as many suffixes; one list for the host, one for every host. */
const MAX_LISTS: i32 = 130;

/** The candidates for a host that are yet to be handed out, in CANDIDATES_BYTES: as many lists as `count` says follow. */
@unmanaged
export class Candidates {
  count: i32;
}

export const CANDIDATES_BYTES: usize = offsetof<Candidates>() + <usize>MAX_LISTS * 4;

// @ts-ignore: decorator
@inline
function listAt(candidates: Candidates, index: i32): usize {
  return changetype<usize>(candidates) + offsetof<Candidates>() + ((<usize>index) << 2);
}

export function createDomainIndex(region: Region): DomainIndex {
  const index = changetype<DomainIndex>(region.allocate(offsetof<DomainIndex>()));
  index.mask = INITIAL_SLOTS - 1;
  index.slots = region.allocate(INITIAL_SLOTS * offsetof<Slot>());
  return index;
}

/** Adds a rule under each of its domains. Rules must come in their order. */
export function addToIndex(region: Region, index: DomainIndex, rule: Rule): void {
  if (!rule.domains || rule.domainRegexes) {
    addForEveryHost(index, createCandidate(region, rule, null));
    return;
  }
  for (let pattern: DomainPattern | null = rule.domains; pattern !== null; pattern = pattern!.next) {
    const skipped = bytesBeforeKey(pattern);
    if (skipped == pattern.textLength) {
      addForEveryHost(index, createCandidate(region, rule, pattern));
      continue;
    }
    const slot = slotFor(region, index, pattern.textAt + skipped, pattern.textLength - skipped);
    const candidate = createCandidate(region, rule, pattern);
    const last = slot.last;
    if (last) last.next = candidate;
    else slot.first = candidate;
    slot.last = candidate;
  }
}

/** Finds the candidates for a host. */
export function findCandidates(candidates: Candidates, index: DomainIndex, host: Slice): void {
  const hostAt = host.at;
  const hostLength = host.length;
  candidates.count = 0;
  addList(candidates, index.everyHost);
  let hash: u32 = 0;
  for (let i = hostLength - 1; i >= 0; i--) {
    const byte = load<u8>(hostAt + i);
    hash = hashStep(hash, byte);
    if (byte == 0x2e) addList(candidates, candidatesAt(index, hash, hostAt + i, hostLength - i));
  }
  addList(candidates, candidatesAt(index, hash, hostAt, hostLength));
}

/** The next candidate in rule order, or null. One rule may come several times in a row, by several of its domains. */
export function nextCandidate(candidates: Candidates): Candidate | null {
  let best: usize = 0;
  let bestNumber = i32.MAX_VALUE;
  for (let i = 0; i < candidates.count; i++) {
    const at = listAt(candidates, i);
    const number = changetype<Candidate>(<usize>load<u32>(at)).rule.number;
    if (number >= bestNumber) continue;
    bestNumber = number;
    best = at;
  }
  if (!best) return null;
  const candidate = changetype<Candidate>(<usize>load<u32>(best));
  const next = changetype<usize>(candidate.next);
  // A list that has run out gives its place to the last one.
  store<u32>(best, next ? <u32>next : load<u32>(listAt(candidates, --candidates.count)));
  return candidate;
}

function addForEveryHost(index: DomainIndex, candidate: Candidate): void {
  const last = index.lastOfEveryHost;
  if (last) last.next = candidate;
  else index.everyHost = candidate;
  index.lastOfEveryHost = candidate;
}

function addList(candidates: Candidates, first: Candidate | null): void {
  if (!first || candidates.count == MAX_LISTS) return;
  store<u32>(listAt(candidates, candidates.count++), <u32>changetype<usize>(first));
}

function createCandidate(region: Region, rule: Rule, pattern: DomainPattern | null): Candidate {
  const candidate = changetype<Candidate>(region.allocate(offsetof<Candidate>()));
  candidate.rule = rule;
  candidate.pattern = pattern;
  return candidate;
}

/** A placeholder's rest need not begin at a label (`{user}-app.example.com`); its key does, if it has a dot at all. */
function bytesBeforeKey(pattern: DomainPattern): i32 {
  if (pattern.kind == DomainKind.Literal) return 0;
  let i = 0;
  while (i < pattern.textLength && load<u8>(pattern.textAt + i) != 0x2e) i++;
  return i;
}

function candidatesAt(index: DomainIndex, hash: u32, at: usize, length: i32): Candidate | null {
  let i = hash;
  while (true) {
    const slot = changetype<Slot>(index.slots + (i & index.mask) * offsetof<Slot>());
    if (!slot.keyAt) return null;
    if (slot.hash == hash && equal(slot.keyAt, slot.keyLength, at, length)) return slot.first;
    i++;
  }
}

function slotFor(region: Region, index: DomainIndex, at: usize, length: i32): Slot {
  if (<u32>index.used * 2 > index.mask) grow(region, index);
  let hash: u32 = 0;
  for (let i = length - 1; i >= 0; i--) hash = hashStep(hash, load<u8>(at + i));
  let i = hash;
  let slot = changetype<Slot>(index.slots + (i & index.mask) * offsetof<Slot>());
  while (slot.keyAt && (slot.hash != hash || !equal(slot.keyAt, slot.keyLength, at, length))) {
    slot = changetype<Slot>(index.slots + (++i & index.mask) * offsetof<Slot>());
  }
  if (!slot.keyAt) index.used++;
  slot.hash = hash;
  slot.keyAt = at;
  slot.keyLength = length;
  return slot;
}

function grow(region: Region, index: DomainIndex): void {
  const oldSlots = index.slots;
  const oldCount = index.mask + 1;
  index.mask = oldCount * 2 - 1;
  index.slots = region.allocate(<usize>oldCount * 2 * offsetof<Slot>());
  for (let i: u32 = 0; i < oldCount; i++) {
    const old = oldSlots + i * offsetof<Slot>();
    if (!changetype<Slot>(old).keyAt) continue;
    let j = changetype<Slot>(old).hash;
    while (changetype<Slot>(index.slots + (j & index.mask) * offsetof<Slot>()).keyAt) j++;
    memory.copy(index.slots + (j & index.mask) * offsetof<Slot>(), old, offsetof<Slot>());
  }
}

/** FNV-1a, fed from the host's end to its beginning, so that every suffix's hash is a step on the way to the next. */
// @ts-ignore: decorator
@inline
function hashStep(hash: u32, byte: u8): u32 {
  return (hash ^ 0x811c9dc5 ^ byte) * 0x01000193;
}
