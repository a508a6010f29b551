// A session as the cache keeps it: of one size, two lines of a processor's cache, and what it has in common with others is elsewhere.
// What a request needs stands in the first line, as far as it fits.
import { allocateInArena } from "../../memory/arena";
import { CookieDomain } from "../bundle/cookie-domain";
import { releaseTexts, shareTexts, Texts } from "./shared-texts";

/** The session ids of the host have 22 characters. Longer ones are laid down elsewhere. */
const ID_BYTES: usize = 22;

/** Times are in seconds since the epoch, until 2106. */
@unmanaged
export class KeptSession {
  /** Of its key, by which the cache finds it. */
  digestHead: u64;
  digestTail: u64;
  /** User name, Remote-Name and Remote-Email. */
  person: Texts;
  /**
   * The groups, packed as in Identity, and Remote-Groups. Of whoever has too many for a token (`hasReference`): the digest of their
   * profile, the digest of the list of groups that the token tells of, if it does, and a bit for each group of that list.
   */
  groups: Texts;
  /** The key's `kid`, issuer and audience. */
  origin: Texts;
  /** The session's id, where it is longer than ID_BYTES. */
  longId: Texts | null;
  /** The bundle epoch in which `admit` last said yes, and the cookie domain of that epoch. */
  domain: CookieDomain | null;
  epoch: u32;
  /** The number of its segment in the order of writing; 0 when it is forgotten, or not of the cache. */
  number: u32;
  /** Its place among all in the cache. */
  slot: u32;
  /** End of the lease. */
  expires: u32;
  /** The time from which the host is asked for a new lease. */
  renewAt: u32;
  /** The end of the session, whatever is renewed. */
  sessionExpires: u32;
  issuedAt: u32;
  /** Where in the cache the session of the next lease is; 0 for nowhere. */
  successor: u64;
  /** Where among the cookies the one is that brought this session, and its token in there; 0 when a client brought it. */
  cookie: u64;
  cookieLength: u16;
  tokenStart: u16;
  tokenLength: u16;
  idLength: u16;
  /** As in Identity. */
  authTime: u32;
  amr: u32;
  /** Where answers come by files: when the last one about this session was written; 0 before the first. */
  answeredAt: u32;
  level: u8;
  /** How often in a row the host, which answers otherwise, had no answer about this session. */
  unanswered: u8;
  /** Whether the host has said that the session is over. */
  hasEnded: bool;
  /** Whether it comes from a Basic credential and lives no longer than that is believed. */
  isBasic: bool;
  hasReference: bool;
}

/** What one takes. */
export const KEPT_BYTES: usize = 128;
const ID_AT: usize = KEPT_BYTES - ID_BYTES;

/** A session of zeros in the arena. */
export function draftSession(): KeptSession {
  const draft = allocateInArena(KEPT_BYTES);
  memory.fill(draft, 0, KEPT_BYTES);
  return changetype<KeptSession>(draft);
}

/** Where a session's id has to be, which has been given its length. */
export function idOf(kept: KeptSession): usize {
  const long = kept.longId;
  return long ? changetype<usize>(long) + offsetof<Texts>() : changetype<usize>(kept) + ID_AT;
}

/** Whether an id of this length stands in the session itself. */
export function hasShortId(length: i32): bool {
  return <usize>length <= ID_BYTES;
}

/** A time as a session has it: what does not fit is the first or the last moment there is. */
export function toTime(seconds: i64): u32 {
  return <u32>min(max(seconds, 0), <i64>u32.MAX_VALUE);
}

/** How many addresses of texts a session has, one behind the other. */
const TEXTS: usize = 4;

// @ts-ignore: decorator
@inline
function textsAt(kept: KeptSession, index: usize): usize {
  return changetype<usize>(kept) + offsetof<KeptSession>("person") + index * sizeof<usize>();
}

/** Makes a kept session a copy of a draft, with texts that all share. False where there is no memory for them. */
export function shareAll(draft: KeptSession, kept: KeptSession): bool {
  memory.copy(changetype<usize>(kept), changetype<usize>(draft), KEPT_BYTES);
  let isComplete = true;
  for (let i: usize = 0; i < TEXTS; i++) {
    const texts = changetype<Texts | null>(load<usize>(textsAt(draft, i)));
    const shared = texts ? shareTexts(texts) : null;
    if (texts && !shared) isComplete = false;
    store<usize>(textsAt(kept, i), changetype<usize>(shared));
  }
  if (!isComplete) releaseAll(kept);
  return isComplete;
}

/** Gives back what a forgotten session shares with others. */
export function releaseAll(kept: KeptSession): void {
  for (let i: usize = 0; i < TEXTS; i++) releaseTexts(changetype<Texts | null>(load<usize>(textsAt(kept, i))));
}
