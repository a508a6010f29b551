// Text that comes from outside, made harmless for search filters and distinguished names.

/** A value for a search filter (RFC 4515, section 3). What is not special stays as it is, as UTF-8. */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\*()\0]/g, hexPair);
}

/** A value for a relative distinguished name (RFC 4514, section 2.4). */
export function escapeDnValue(value: string): string {
  return value
    .replace(/[\\"+,;<>=\0]/g, hexPair)
    .replace(/^[ #]/, hexPair)
    .replace(/ $/, hexPair);
}

function hexPair(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
