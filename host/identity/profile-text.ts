// What of a profile may become a header, whichever directory it comes from.

/** What is wrong with a user name, or undefined. It becomes a header and a part of host names. */
export function mistakeInName(name: string): string | undefined {
  if (name === "" || name.length > 255) return "a user name has 1 to 255 characters";
  // Objects that are read from JSON or YAML cannot be relied on to hold this key.
  if (name === "__proto__") return "is not possible as a user name";
  if (name !== name.trim()) return "a user name must not begin or end with a space";
  if (!name.isWellFormed()) return "a user name must be valid Unicode";
  return hasControlCharacter(name) ? "a user name must not contain control characters" : undefined;
}

/** What stands before the id of a provider in a rule's subject; no group has a name that begins so. */
export const sourcePrefix = "source:";

/**
 * What is wrong with the name of a group, or undefined. Backends get the groups in one header, joined by commas, and many
 * ignore spaces around them.
 */
export function mistakeInGroup(name: string): string | undefined {
  if (name === "") return "must not be empty";
  if (name.startsWith(sourcePrefix)) return `must not begin with ${sourcePrefix}, which rules ask about providers by`;
  if (name.length > longestText) return `must have at most ${longestText} characters`;
  if (hasControlCharacter(name)) return "must not contain control characters";
  if (!name.isWellFormed()) return "must be valid Unicode";
  if (name !== name.trim()) return "must not begin or end with a space";
  return name.includes(",") ? "must not contain a comma" : undefined;
}

/** What is wrong with a name to show or an address, or undefined. A session's cookie holds it, and a header. */
export function mistakeInText(text: string): string | undefined {
  if (text.length > longestText) return `must have at most ${longestText} characters`;
  if (!text.isWellFormed()) return "must be valid Unicode";
  return hasControlCharacter(text) ? "must not contain control characters" : undefined;
}

/** Characters. */
const longestText = 255;

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}|[\u2028\u2029]/u.test(text);
}
