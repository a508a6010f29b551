// Sessions that are listed some at a time, and where a listing goes on.
import type { SessionCursor, SessionFilter, SessionStore, StoredSession } from "./store.ts";

export interface SessionPage {
  readonly sessions: readonly StoredSession[];
  /** Where the listing goes on; undefined: this is all. */
  readonly next: SessionCursor | undefined;
}

/** Sessions that live at `now`, the one seen last first. */
export async function pageOfSessions(store: SessionStore, now: number, filter: SessionFilter): Promise<SessionPage> {
  const { limit } = filter;
  const found = await store.sessions(now, { ...filter, limit: limit + 1 });
  const sessions = found.slice(0, limit);
  return { sessions, next: found.length > limit ? sessions.at(-1) : undefined };
}

/** A cursor as a text for addresses: `LASTSEEN.SID`. */
export function cursorText({ lastSeen, sid }: SessionCursor): string {
  return `${lastSeen}.${sid}`;
}

/** Undefined when the text is none. */
export function parseCursor(text: string): SessionCursor | undefined {
  const [, lastSeen, sid] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(text) ?? [];
  return lastSeen === undefined || sid === undefined ? undefined : { lastSeen: Number(lastSeen), sid };
}
