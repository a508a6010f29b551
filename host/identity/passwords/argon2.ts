// Argon2 password hashes (RFC 9106) in the PHC string format, as `$argon2id$v=19$m=65536,t=3,p=4$SALT$TAG`. New ones are argon2id.
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { inLimits, numbersIn, UnverifiableHash, unpaddedBase64 } from "./hash-encoding.ts";

export interface Argon2Parameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  /** Bytes. */
  readonly tagLength: number;
  /** Bytes. */
  readonly saltLength: number;
}

export type Argon2Variant = "argon2id" | "argon2i" | "argon2d";

export interface Argon2Hash {
  readonly variant: Argon2Variant;
  readonly parameters: Argon2Parameters;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

/** RFC 9106, section 4, second recommended option: 64 MiB. */
export const defaultParameters: Argon2Parameters = {
  memory: 65_536,
  passes: 3,
  parallelism: 4,
  tagLength: 32,
  saltLength: 16,
};

/** A hash says how much work verifying it is. Beyond these it is a mistake, or meant to exhaust the host. */
const limits = {
  memory: [8, 1024 * 1024],
  passes: [1, 64],
  parallelism: [1, 64],
  /** KiB times passes: 4 passes over a GiB, or the same work in other proportions. */
  work: 4 * 1024 * 1024,
  saltLength: [8, 64],
  tagLength: [16, 128],
} as const;

/** Version 1.3, the only one node:crypto computes. */
const version = 19;

/** What a parameter is that the text leaves out, as Authelia has it. */
const defaults = { v: version, m: 32 * 1024, t: 1, p: 4 };
/** A key's id, and a tag's length, which it says itself. */
const ignored = ["k"];

/** Reads a PHC string, its parameters in any order. Throws an Error that says what is wrong, without the hash. */
export function parseArgon2(phc: string): Argon2Hash {
  const match = /^\$(argon2(?:id|i|d))\$(?:(v=\d+)\$)?([a-z0-9=,]*)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  const numbers = match && numbersIn([match[2], match[3]].filter(Boolean).join(","), defaults, ignored);
  if (!numbers) throw new Error("must be an argon2id hash such as zerohop hash-password prints ($argon2id$v=19$...)");
  const salt = unpaddedBase64(match[4]!);
  const tag = unpaddedBase64(match[5]!);
  const { v, m: memory, t: passes, p: parallelism } = numbers;
  const parameters = { memory, passes, parallelism, tagLength: tag.length, saltLength: salt.length };
  if (v !== version) throw new UnverifiableHash(`has argon2 version ${v}, and only 19 (1.3) can be verified`);
  inLimits("memory m (KiB)", memory, limits.memory);
  inLimits("passes t", passes, limits.passes);
  inLimits("parallelism p", parallelism, limits.parallelism);
  inLimits("salt (bytes)", salt.length, limits.saltLength);
  inLimits("tag (bytes)", tag.length, limits.tagLength);
  if (memory < 8 * parallelism) throw new UnverifiableHash("must have a memory m of at least 8 times p");
  if (memory * passes > limits.work)
    throw new UnverifiableHash(`is too dear to verify: memory m times passes t must be at most ${limits.work}`);
  return { variant: match[1] as Argon2Variant, parameters, salt, tag };
}

/** Whether a password has this hash. */
export async function verifyArgon2(password: string, { variant, parameters, salt, tag }: Argon2Hash): Promise<boolean> {
  return timingSafeEqual(await derive(variant, password, salt, parameters), tag);
}

/** Hashes a password with a new salt into a PHC string. */
export async function hashArgon2(password: string, parameters = defaultParameters): Promise<string> {
  const salt = randomBytes(parameters.saltLength);
  const tag = await derive("argon2id", password, salt, parameters);
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=${version}$m=${memory},t=${passes},p=${parallelism}$${phcBase64(salt)}$${phcBase64(tag)}`;
}

/** A hash that no password is known to have: verifying against it costs what the parameters say. */
export function unmatchableHash(parameters: Argon2Parameters): Argon2Hash {
  return {
    variant: "argon2id",
    parameters,
    salt: randomBytes(parameters.saltLength),
    tag: randomBytes(parameters.tagLength),
  };
}

function derive(
  variant: Argon2Variant,
  password: string,
  salt: Uint8Array,
  parameters: Argon2Parameters,
): Promise<Buffer> {
  const { memory, passes, parallelism, tagLength } = parameters;
  return promisify(argon2)(variant, { message: password, nonce: salt, memory, passes, parallelism, tagLength });
}

/** The PHC format leaves out the padding. */
function phcBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
