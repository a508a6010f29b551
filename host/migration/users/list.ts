// A list of users of another program's: what its readers make of it, and what must hold for each of them.

import { UnverifiableHash } from "../../identity/passwords/hash-encoding.ts";
import { parsePasswordHash } from "../../identity/passwords/password-hash.ts";
import { mistakeInGroup, mistakeInName, mistakeInText } from "../../identity/profile-text.ts";
import { InvalidFileError, type Problem } from "../../kit/yaml/problem.ts";

/** One of the list's users, as a reader finds them. */
export interface ListedUser {
  readonly line: number;
  readonly name: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly groups?: readonly string[];
  readonly disabled?: boolean;
  readonly hash?: string;
  /** In the clear. */
  readonly password?: string;
  /** Of an authenticator app, base32. */
  readonly totp?: string;
}

/** Reads the whole text. Calls `mistake` for each that it finds. */
export type ListReader = (
  text: string,
  mistake: (line: number, field: string, message: string) => void,
) => ListedUser[];

export interface ImportedUser extends ListedUser {
  /** Why nobody knows a password for this user: a sentence's end. */
  readonly withoutPassword?: string;
}

/** Throws InvalidFileError with every mistake, by line. */
export function readList(file: string, text: string, read: ListReader): readonly ImportedUser[] {
  const problems: Problem[] = [];
  const mistake = (line: number, field: string, message: string) =>
    void problems.push({ file, line, column: 1, path: field, message });
  const users = read(text.replace(/^\u{feff}/u, ""), mistake);
  const lines = new Map<string, number>();
  const result = users.map((user): ImportedUser => {
    const { line, name, displayName = "", email = "", groups = [] } = user;
    const before = lines.get(name);
    if (before !== undefined) mistake(line, name, `this user is in line ${before} already`);
    lines.set(name, line);
    const inName = mistakeInName(name);
    if (inName !== undefined) mistake(line, "user", inName);
    for (const [field, text] of Object.entries({ displayname: displayName, email })) {
      const inText = mistakeInText(text);
      if (inText !== undefined) mistake(line, field, inText);
    }
    for (const group of groups) {
      const inGroup = mistakeInGroup(group);
      if (inGroup !== undefined) mistake(line, "groups", inGroup);
    }
    return withUsableHash(user, (message) => mistake(line, "password", message));
  });
  if (users.length === 0 && problems.length === 0) mistake(1, "(file)", "there is no user in it");
  if (problems.length > 0) throw new InvalidFileError(problems.sort((a, b) => a.line - b.line));
  return result;
}

/** A hash that cannot be verified is no use to anybody but those who break it: it is left out. */
function withUsableHash(user: ListedUser, mistake: (message: string) => void): ImportedUser {
  const { hash, ...others } = user;
  if (hash === undefined) return user.password === undefined ? { ...others, withoutPassword: "there is none" } : user;
  // crypt(3)'s oldest form has no prefix.
  if (/^[./0-9A-Za-z]{13}$/.test(hash))
    return { ...others, withoutPassword: "it is a hash of the kind DES crypt, which cannot be verified" };
  try {
    parsePasswordHash(hash);
  } catch (error) {
    if (error instanceof UnverifiableHash) return { ...others, withoutPassword: `it ${error.message}` };
    mistake((error as Error).message);
  }
  return user;
}
