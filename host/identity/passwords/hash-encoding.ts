// What the text forms of password hashes have in common.

export interface ParsedHash {
  /** The algorithm and its parameters: hashes of one cost take the same work. */
  readonly cost: string;
  /** Whether it should be replaced by an argon2id hash. */
  readonly outdated: boolean;
  /** Whether a password has this hash. Never blocks the event loop. */
  verify(password: string): Promise<boolean>;
}

/** Throws an Error when a parameter is outside what can be verified, or would keep the host busy for too long. */
export function inLimits(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!(value >= least && value <= most)) throw new Error(`has ${name} ${value}; ${least} to ${most} can be verified`);
}

/** Base64 without padding; `.` may stand for `+`, as in passlib's adapted form. */
export function unpaddedBase64(text: string): Buffer {
  const standard = text.replaceAll(".", "+");
  const bytes = Buffer.from(standard, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== standard)
    throw new Error("has a salt or key that is not unpadded base64");
  return bytes;
}
