// Where a listing of sessions goes on, as a text for addresses: `LASTSEEN.SID`.
import type { SessionCursor } from "./store.ts";

export function cursorText({ lastSeen, sid }: SessionCursor): string {
  return `${lastSeen}.${sid}`;
}

/** Undefined when the text is none. */
export function parseCursor(text: string): SessionCursor | undefined {
  const [, lastSeen, sid] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(text) ?? [];
  return lastSeen === undefined || sid === undefined ? undefined : { lastSeen: Number(lastSeen), sid };
}
