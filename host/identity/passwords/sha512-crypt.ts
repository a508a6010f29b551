// The SHA-512 form of crypt(3): `$6$rounds=N$SALT$DIGEST`, by Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512".
// Computed in a thread of its own.
import { hash } from "node:crypto";
import { inLimits, type ParsedHash } from "./hash-encoding.ts";
import { inThread } from "./slow-hash.ts";

const defaultRounds = 5000;
/** The least is the form's own; the most takes a second or two. */
const roundLimits = [1000, 1_000_000] as const;
/** Bytes. */
const digestLength = 64;
const longestSalt = 16;
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Throws an Error that says what is wrong, without the hash. */
export function parseSha512Crypt(text: string): ParsedHash {
  const match = /^\$6\$(?:rounds=(\d{1,10})\$)?([^$:\n]{1,16})\$([./A-Za-z0-9]{86})$/.exec(text);
  if (!match) throw new Error("is not a sha512-crypt hash of the form $6$rounds=N$SALT$DIGEST");
  const rounds = match[1] === undefined ? defaultRounds : Number(match[1]);
  inLimits("rounds", rounds, roundLimits);
  return {
    cost: `sha512-crypt ${rounds}`,
    outdated: true,
    verify: (password) => inThread({ algorithm: "sha512-crypt", password, hash: text }),
  };
}

/** The digest of a password with the rounds and the salt of a hash, as text. Takes its time. */
export function sha512CryptDigest(password: string, text: string): string {
  const [, , first = "", second = ""] = text.split("$");
  const given = /^rounds=(\d+)$/.exec(first);
  return digest(Buffer.from(password), given ? second : first, given ? Number(given[1]) : defaultRounds);
}

/** The letters are those of the specification's 22 steps. */
function digest(key: Buffer, saltText: string, rounds: number): string {
  const salt = Buffer.from(saltText).subarray(0, longestSalt);
  const B = sha512(key, salt, key);
  const parts: Uint8Array[] = [key, salt, repeated(B, key.length)];
  for (let length = key.length; length > 0; length >>= 1) parts.push((length & 1) === 1 ? B : key);
  const A = sha512(...parts);
  const P = repeated(sha512(...Array<Buffer>(key.length).fill(key)), key.length);
  const S = repeated(sha512(...Array<Buffer>(16 + A[0]!).fill(salt)), salt.length);
  let C = A;
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const pieces = [odd ? P : C];
    if (round % 3 !== 0) pieces.push(S);
    if (round % 7 !== 0) pieces.push(P);
    pieces.push(odd ? C : P);
    C = sha512(...pieces);
  }
  return encode(C);
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  return hash("sha512", Buffer.concat(parts), "buffer");
}

/** A digest repeated up to a length. */
function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** Three bytes at a time, in the specification's order, six bits a character, the lowest first. */
function encode(bytes: Buffer): string {
  let text = "";
  let [a, b, c] = [0, 21, 42];
  for (let group = 0; group < 21; group++) {
    text += characters((bytes[a]! << 16) | (bytes[b]! << 8) | bytes[c]!, 4);
    [a, b, c] = [b + 1, c + 1, a + 1];
  }
  return text + characters(bytes[digestLength - 1]!, 2);
}

function characters(bits: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index++) text += alphabet[(bits >> (6 * index)) & 63];
  return text;
}
