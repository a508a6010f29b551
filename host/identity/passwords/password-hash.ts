// Password hashes of every form that a users file may have. New ones are argon2id; the others are verified, and replaced by
// one when their password is next known.
import { type Argon2Parameters, parseArgon2, unmatchableHash, verifyArgon2 } from "./argon2.ts";
import { parseBcrypt } from "./bcrypt.ts";
import type { ParsedHash } from "./hash-encoding.ts";
import { parsePbkdf2 } from "./pbkdf2.ts";
import { parseScrypt } from "./scrypt.ts";
import { parseSha512Crypt } from "./sha512-crypt.ts";

export interface PasswordHash extends ParsedHash {
  /** As it is written. */
  readonly text: string;
}

/** By how a hash begins. */
const parsers: readonly (readonly [RegExp, (text: string) => ParsedHash])[] = [
  [/^\$argon2id\$/, parseArgon2id],
  [/^\$2[aby]\$/, parseBcrypt],
  [/^\$6\$/, parseSha512Crypt],
  [/^\$scrypt\$/, parseScrypt],
  [/^\$pbkdf2/, parsePbkdf2],
];

/** Reads a hash. Throws an Error that says what is wrong, without the hash. */
export function parsePasswordHash(text: string): PasswordHash {
  // Authelia's older files have this before the form of crypt(3).
  const bare = text.replace(/^\{CRYPT\}/, "");
  const parse = parsers.find(([beginning]) => beginning.test(bare))?.[1];
  if (!parse)
    throw new Error(
      "must be an argon2id hash such as zerohop hash-password prints ($argon2id$v=19$...), or one of bcrypt, sha512-crypt, scrypt or pbkdf2",
    );
  return { ...parse(bare), text };
}

/** A hash that no password is known to have: verifying against it costs what the parameters say. */
export function unmatchable(parameters: Argon2Parameters): PasswordHash {
  const hash = unmatchableHash(parameters);
  return { text: "", cost: "", outdated: false, verify: (password) => verifyArgon2(password, hash) };
}

function parseArgon2id(text: string): ParsedHash {
  const hash = parseArgon2(text);
  const cost = `argon2id ${JSON.stringify(hash.parameters)}`;
  return { cost, outdated: false, verify: (password) => verifyArgon2(password, hash) };
}
