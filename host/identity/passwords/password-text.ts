// Passwords as texts. One that looks the same can be typed as different code points, by another keyboard or system: new ones
// are kept in Normalization Form C, which keyboards produce (RFC 8265, section 4.2), and a login tries what was typed first,
// because older hashes were made of just that.

/** Nobody types more than this; UTF-16 code units. */
export const longestPassword = 1024;

/** A password as it is hashed or handed to a directory when it is set. */
export function preparedPassword(password: string): string {
  return password.normalize("NFC");
}

/** The texts that may be meant by what was typed at a login, in the order in which they are tried. */
export function passwordReadings(typed: string): readonly string[] {
  const prepared = preparedPassword(typed);
  return prepared === typed ? [typed] : [typed, prepared];
}
