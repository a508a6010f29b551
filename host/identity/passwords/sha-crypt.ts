// The SHA-2 forms of crypt(3): `$5$rounds=N$SALT$DIGEST` with SHA-256 and `$6$…` with SHA-512, by Ulrich Drepper's "Unix crypt using
// SHA-256 and SHA-512". Computed in a thread of its own.
import { hash } from "node:crypto";
import { inLimits, type ParsedHash } from "./hash-encoding.ts";
import { inThread } from "./slow-hash.ts";

const defaultRounds = 5000;
/** The least is the form's own; the most takes a second or two. */
const roundLimits = [1000, 1_000_000] as const;
/** Bytes. */
const longestSalt = 16;
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** By the prefix: the digest, its length as text, and which bytes come after a group of the specification's order. */
const forms = {
  $5$: { name: "sha256", characters: 43, first: [0, 10, 20], next: ([a, b, c]) => [c + 1, a + 1, b + 1] },
  $6$: { name: "sha512", characters: 86, first: [0, 21, 42], next: ([a, b, c]) => [b + 1, c + 1, a + 1] },
} as const satisfies Record<string, Form>;

type Group = readonly [number, number, number];

interface Form {
  readonly name: "sha256" | "sha512";
  readonly characters: number;
  readonly first: Group;
  readonly next: (group: Group) => Group;
}

function formOf(text: string): Form {
  return forms[text.slice(0, 3) as keyof typeof forms];
}

/** Throws an Error that says what is wrong, without the hash. */
export function parseShaCrypt(text: string): ParsedHash {
  const { name, characters } = formOf(text);
  const match = /^\$[56]\$(?:rounds=(\d+)\$)?([^$:\n]{0,16})\$([./A-Za-z0-9]+)$/.exec(text);
  if (!match || match[3]!.length !== characters)
    throw new Error(`is not a ${name}-crypt hash of the form ${text.slice(0, 3)}rounds=N$SALT$DIGEST`);
  const rounds = match[1] === undefined ? defaultRounds : Number(match[1]);
  inLimits("rounds", rounds, roundLimits);
  return {
    cost: `${name}-crypt ${rounds}`,
    outdated: true,
    verify: (password) => inThread({ algorithm: "sha-crypt", password, hash: text }),
  };
}

/** The digest of a password with the form, the rounds and the salt of a hash, as text. Takes its time. */
export function shaCryptDigest(password: string, text: string): string {
  const [, , first = "", second = ""] = text.split("$");
  const given = /^rounds=(\d+)$/.exec(first);
  return digest(formOf(text), Buffer.from(password), given ? second : first, given ? Number(given[1]) : defaultRounds);
}

/** The letters are those of the specification's 22 steps. */
function digest(form: Form, key: Buffer, saltText: string, rounds: number): string {
  const sha = (...parts: readonly Uint8Array[]) => hash(form.name, Buffer.concat(parts), "buffer");
  const salt = Buffer.from(saltText).subarray(0, longestSalt);
  const B = sha(key, salt, key);
  const parts: Uint8Array[] = [key, salt, repeated(B, key.length)];
  for (let length = key.length; length > 0; length >>= 1) parts.push((length & 1) === 1 ? B : key);
  const A = sha(...parts);
  const P = repeated(sha(...Array<Buffer>(key.length).fill(key)), key.length);
  const S = repeated(sha(...Array<Buffer>(16 + A[0]!).fill(salt)), salt.length);
  let C = A;
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const pieces = [odd ? P : C];
    if (round % 3 !== 0) pieces.push(S);
    if (round % 7 !== 0) pieces.push(P);
    pieces.push(odd ? C : P);
    C = sha(...pieces);
  }
  return encode(C, form);
}

/** A digest repeated up to a length. */
function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** Three bytes at a time, in the specification's order, six bits a character, the lowest first; the last one or two by themselves. */
function encode(bytes: Buffer, { first, next }: Form): string {
  let text = "";
  let group: Group = first;
  const groups = Math.floor(bytes.length / 3);
  for (let count = 0; count < groups; count++) {
    const [a, b, c] = group;
    text += characters((bytes[a]! << 16) | (bytes[b]! << 8) | bytes[c]!, 4);
    group = next(group);
  }
  const [last, beforeLast] = [bytes.length - 1, bytes.length - 2];
  return (
    text +
    (bytes.length % 3 === 1 ? characters(bytes[last]!, 2) : characters((bytes[last]! << 8) | bytes[beforeLast]!, 3))
  );
}

function characters(bits: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index++) text += alphabet[(bits >> (6 * index)) & 63];
  return text;
}
