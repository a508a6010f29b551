// Words as a POSIX shell takes them.

/** In quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quotedWord(word);
}

export function quotedWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
