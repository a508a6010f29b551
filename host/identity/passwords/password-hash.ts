// Password hashes of every form that a users file may have. New ones are argon2id; the others are verified, and replaced by
// one when their password is next known.
import { type Argon2Parameters, hashArgon2, parseArgon2, unmatchableHash, verifyArgon2 } from "./argon2.ts";
import { parseBcrypt, parseBcryptSha256 } from "./bcrypt.ts";
import { type ParsedHash, UnverifiableHash } from "./hash-encoding.ts";
import { preparedPassword } from "./password-text.ts";
import { parsePbkdf2 } from "./pbkdf2.ts";
import { parseScrypt } from "./scrypt.ts";
import { parseShaCrypt } from "./sha-crypt.ts";

export interface PasswordHash extends ParsedHash {
  /** As it is written. */
  readonly text: string;
}

/** By how a hash begins. */
const parsers: readonly (readonly [RegExp, (text: string) => ParsedHash])[] = [
  [/^\$argon2(?:id|i|d)\$/, parseArgon2Hash],
  [/^\$2[aby]\$/, parseBcrypt],
  [/^\$bcrypt-sha256\$/, parseBcryptSha256],
  [/^\$[56]\$/, parseShaCrypt],
  [/^\$scrypt\$/, parseScrypt],
  [/^\$pbkdf2(?:-sha\d+)?\$/, parsePbkdf2],
];

/** What crypt(5) and others call what we do not verify, by its prefix. */
const otherKinds: Readonly<Record<string, string>> = {
  $y$: "yescrypt",
  $gy$: "gost-yescrypt",
  $7$: "crypt(3)'s scrypt",
  $1$: "md5-crypt",
  $apr1$: "Apache's md5-crypt",
  $sha1$: "sha1-crypt",
  $3$: "NT-hash",
  $plaintext$: "plain text",
};

/**
 * Reads a hash. Throws UnverifiableHash when it is one that cannot be verified here, and another Error when it is no hash, or a mutilated
 * one. Both say why, without the hash.
 */
export function parsePasswordHash(text: string): PasswordHash {
  // What Authelia's older files and directories (RFC 2307) have before a hash that says its kind itself.
  const bare = text.replace(/^\{[A-Za-z0-9-]+\}(?=\$)/, "");
  const parse = parsers.find(([beginning]) => beginning.test(bare))?.[1];
  if (parse) return { ...parse(bare), text };
  const usable = "argon2, bcrypt, bcrypt-sha256, sha256-crypt, sha512-crypt, scrypt and pbkdf2 can";
  const [prefix] = /^(?:\$[A-Za-z0-9][A-Za-z0-9_.-]*[$,]|\{[A-Za-z0-9._-]+\})/.exec(bare) ?? [];
  if (prefix !== undefined) {
    const kind = otherKinds[prefix];
    throw new UnverifiableHash(`is a hash of the kind ${kind ?? prefix}, which cannot be verified; ${usable}`);
  }
  // shadow(5): no password has it.
  if (/^[!*]/.test(bare)) throw new UnverifiableHash("is locked: no password has a hash that begins with ! or *");
  throw new Error(
    `must be an argon2id hash such as zerohop hash-password prints ($argon2id$v=19$...); also ${usable} be verified`,
  );
}

/** The hash of a new password, as the users file keeps it. */
export function hashPassword(password: string): Promise<string> {
  return hashArgon2(preparedPassword(password));
}

/** A hash that no password is known to have: verifying against it costs what the parameters say. */
export function unmatchable(parameters: Argon2Parameters): PasswordHash {
  const hash = unmatchableHash(parameters);
  return { text: "", cost: "", outdated: false, verify: (password) => verifyArgon2(password, hash) };
}

function parseArgon2Hash(text: string): ParsedHash {
  const hash = parseArgon2(text);
  const { variant, parameters } = hash;
  const cost = `${variant} ${JSON.stringify(parameters)}`;
  return { cost, outdated: variant !== "argon2id", verify: (password) => verifyArgon2(password, hash) };
}
