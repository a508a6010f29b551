// What many sessions have in common, laid down once: who somebody is, the groups they are in, who issued their tokens. Each has three
// texts behind its head. A session has addresses of them, and they are counted: with the last session goes what it was about.
import { allocateInArena } from "../../memory/arena";
import { isSame } from "../../memory/bytes";
import { hashOf } from "./keyed-hash";

/**
 *   ┌───────────┬───────────┬───────────┬──────────────────┬─────────────────┬───────┬────────┬───────┐
 *   │ hash: u64 │ next: u32 │ uses: u32 │ three times u16: │ one word unused │ first │ second │ third │
 *   │           │           │           │ their lengths    │                 │       │        │       │
 *   └───────────┴───────────┴───────────┴──────────────────┴─────────────────┴───────┴────────┴───────┘
 */
@unmanaged
export class Texts {
  /** Of all from the lengths on. */
  hash: u64;
  /** The next one of those that share a place of the table. */
  next: Texts | null;
  /** How many sessions have it. */
  uses: u32;
  firstLength: u16;
  secondLength: u16;
  thirdLength: u16;
  unused: u16;
}

const HEAD_BYTES: usize = offsetof<Texts>("firstLength");
/** What an allocation takes besides its bytes, which come in multiples of 16. */
const OVERHEAD: usize = 4;
/** As many bytes of texts as there is a place of the table for: most are shorter, and few places have a chain then. */
const BYTES_PER_PLACE: usize = 128;


@unmanaged
class Shared {
  /** A table of chains, by the lowest bits of the hash: places of four bytes, a power of two of them. */
  table: usize;
  mask: usize;
  /** What all texts take, and may take. */
  bytes: usize;
  limit: usize;
}

const shared: Shared = changetype<Shared>(memory.data(offsetof<Shared>(), 8));

/** What the table takes for so many bytes of texts. */
export function bytesOfTable(bytes: usize): usize {
  return ((<usize>1) << (31 - <usize>clz(<u32>(bytes / BYTES_PER_PLACE)))) * sizeof<usize>();
}

/** Says how much memory texts may take, and where their table is: `bytesOfTable` zeros. */
export function keepTexts(bytes: usize, table: usize): void {
  shared.limit = bytes;
  shared.mask = bytesOfTable(bytes) / sizeof<usize>() - 1;
  shared.table = table;
}

/** Room for what two sessions bring, and then some: a token has 4 KB at the most, and its groups take their length twice. */
const RESERVE: usize = 16 * 1024;

/** Whether there is so little room left that it has to be made before the next ones come. */
export function areTextsCrowded(): bool {
  return shared.bytes + RESERVE > shared.limit;
}

/** What texts take by now. */
export function bytesOfTexts(): usize {
  return shared.bytes;
}

// @ts-ignore: decorator
@inline
export function firstText(texts: Texts): usize {
  return changetype<usize>(texts) + offsetof<Texts>();
}

// @ts-ignore: decorator
@inline
export function secondText(texts: Texts): usize {
  return firstText(texts) + texts.firstLength;
}

// @ts-ignore: decorator
@inline
export function thirdText(texts: Texts): usize {
  return secondText(texts) + texts.secondLength;
}

function contentOf(texts: Texts): usize {
  return changetype<usize>(texts) + HEAD_BYTES;
}

function endOf(texts: Texts): usize {
  return thirdText(texts) + texts.thirdLength;
}

/** Begins texts in the arena that are to have so many bytes at the most: the caller says how long each is, and writes them. */
export function draftTexts(bytes: i32): Texts {
  const texts = changetype<Texts>(allocateInArena(offsetof<Texts>() + <usize>bytes));
  memory.fill(changetype<usize>(texts), 0, offsetof<Texts>());
  return texts;
}

/** Lays three texts of less than 64 KiB down in the arena. */
export function draftOf(a: usize, aLength: i32, b: usize, bLength: i32, c: usize, cLength: i32): Texts {
  const texts = draftTexts(aLength + bLength + cLength);
  texts.firstLength = <u16>aLength;
  texts.secondLength = <u16>bLength;
  texts.thirdLength = <u16>cLength;
  memory.copy(firstText(texts), a, aLength);
  memory.copy(secondText(texts), b, bLength);
  memory.copy(thirdText(texts), c, cLength);
  return texts;
}

/** The same as a draft, laid down for all who have it, and counted once more; null where there is no memory for it. */
export function shareTexts(draft: Texts): Texts | null {
  const length = <i32>(endOf(draft) - contentOf(draft));
  const hash = hashOf(contentOf(draft), length);
  for (let texts = changetype<Texts | null>(load<usize>(placeOf(hash))); texts !== null; texts = texts!.next) {
    // The lengths come first: nothing is read beyond texts that are shorter.
    if (texts.hash != hash || !isSame(contentOf(texts), contentOf(draft), length)) continue;
    texts.uses++;
    return texts;
  }
  const size = HEAD_BYTES + <usize>length;
  const cost = costOf(size);
  if (shared.bytes + cost > shared.limit) return null;
  const added = changetype<Texts>(heap.alloc(size));
  memory.copy(changetype<usize>(added), changetype<usize>(draft), size);
  added.hash = hash;
  added.uses = 1;
  const place = placeOf(hash);
  added.next = changetype<Texts | null>(load<usize>(place));
  store<usize>(place, changetype<usize>(added));
  shared.bytes += cost;
  return added;
}

/** Counts texts once less. With the last use they are gone. */
export function releaseTexts(texts: Texts | null): void {
  if (!texts || --texts.uses > 0) return;
  let link = placeOf(texts.hash);
  while (load<usize>(link) != changetype<usize>(texts)) link = load<usize>(link) + offsetof<Texts>("next");
  store<usize>(link, changetype<usize>(texts.next));
  shared.bytes -= costOf(endOf(texts) - changetype<usize>(texts));
  heap.free(changetype<usize>(texts));
}

function costOf(size: usize): usize {
  return (size + OVERHEAD + 15) & ~15;
}

function placeOf(hash: u64): usize {
  return shared.table + ((<usize>hash) & shared.mask) * sizeof<usize>();
}
