// Argon2id password hashes (RFC 9106) in the PHC string format, as `$argon2id$v=19$m=65536,t=3,p=4$SALT$TAG`.
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const deriveTag = promisify(argon2);

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

export interface Argon2Hash {
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

/** Reads a PHC string. Throws an Error that says what is wrong, without the hash. */
export function parseArgon2(phc: string): Argon2Hash {
  const match =
    /^\$argon2id\$v=(\d{1,3})\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  if (!match) throw new Error("must be an argon2id hash such as zerohop hash-password prints ($argon2id$v=19$...)");
  const [, v, m, t, p, saltText, tagText] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const salt = unpaddedBase64(saltText);
  const tag = unpaddedBase64(tagText);
  const parameters = {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    tagLength: tag.length,
    saltLength: salt.length,
  };
  if (Number(v) !== version) throw new Error(`has argon2 version ${v}, and only 19 (1.3) can be verified`);
  inLimits("memory m (KiB)", parameters.memory, limits.memory);
  inLimits("passes t", parameters.passes, limits.passes);
  inLimits("parallelism p", parameters.parallelism, limits.parallelism);
  inLimits("salt (bytes)", parameters.saltLength, limits.saltLength);
  inLimits("tag (bytes)", parameters.tagLength, limits.tagLength);
  if (parameters.memory < 8 * parameters.parallelism) throw new Error("must have a memory m of at least 8 times p");
  if (parameters.memory * parameters.passes > limits.work)
    throw new Error(`is too dear to verify: memory m times passes t must be at most ${limits.work}`);
  return { parameters, salt, tag };
}

/** Whether a password has this hash. */
export async function verifyArgon2(password: string, { parameters, salt, tag }: Argon2Hash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, parameters), tag);
}

/** Hashes a password with a new salt into a PHC string. */
export async function hashArgon2(password: string, parameters = defaultParameters): Promise<string> {
  const salt = randomBytes(parameters.saltLength);
  const tag = await derive(password, salt, parameters);
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=${version}$m=${memory},t=${passes},p=${parallelism}$${phcBase64(salt)}$${phcBase64(tag)}`;
}

/** A hash that no password is known to have: verifying against it costs what the parameters say. */
export function unmatchableHash(parameters: Argon2Parameters): Argon2Hash {
  return { parameters, salt: randomBytes(parameters.saltLength), tag: randomBytes(parameters.tagLength) };
}

function derive(password: string, salt: Uint8Array, parameters: Argon2Parameters): Promise<Buffer> {
  const { memory, passes, parallelism, tagLength } = parameters;
  return deriveTag("argon2id", { message: password, nonce: salt, memory, passes, parallelism, tagLength });
}

function inLimits(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (value < least || value > most) throw new Error(`has ${name} ${value}; ${least} to ${most} can be verified`);
}

function unpaddedBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (phcBase64(bytes) !== text) throw new Error("has a salt or tag that is not unpadded base64");
  return bytes;
}

/** The PHC format leaves out the padding. */
function phcBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
