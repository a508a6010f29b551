// What the text forms of password hashes have in common.

export interface ParsedHash {
  /** The algorithm and its parameters: hashes of one cost take the same work. */
  readonly cost: string;
  /** Whether it should be replaced by an argon2id hash. */
  readonly outdated: boolean;
  /** Whether a password has this hash. Never blocks the event loop. */
  verify(password: string): Promise<boolean>;
}

/** Thrown for what is a hash and cannot be verified here: by its kind, its version, or the work that it asks for. */
export class UnverifiableHash extends Error {
  override readonly name = "UnverifiableHash";
}

/** Throws UnverifiableHash when a parameter is outside what can be verified, or would keep the host busy for too long. */
export function inLimits(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!(value >= least && value <= most))
    throw new UnverifiableHash(`has ${name} ${value}; ${least} to ${most} can be verified`);
}

/**
 * Reads `m=65536,t=3`, in whatever order; a key of `defaults` that is not given has that value, and one of `ignored` counts for
 * nothing. Undefined when it is something else: another key, a key twice, no number.
 */
export function numbersIn<K extends string>(
  text: string,
  defaults: Readonly<Record<K, number>>,
  ignored: readonly string[] = [],
): Readonly<Record<K, number>> | undefined {
  const given = new Map<string, number>();
  for (const parameter of text === "" ? [] : text.split(",")) {
    const [, key, value] = /^([a-z]{1,2})=(\d+)$/.exec(parameter) ?? [];
    if (key === undefined || given.has(key) || !(Object.hasOwn(defaults, key) || ignored.includes(key)))
      return undefined;
    given.set(key, Number(value));
  }
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Base64 without padding; `.` may stand for `+`, as in passlib's adapted form. */
export function unpaddedBase64(text: string): Buffer {
  const standard = text.replaceAll(".", "+");
  const bytes = Buffer.from(standard, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== standard)
    throw new Error("has a salt or key that is not unpadded base64");
  return bytes;
}
