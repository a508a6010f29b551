// Checks a bundle as a gate does before it believes one: signed with a pinned root key, and of that type.
import { readJws } from "../../../session/jws.ts";
import type { PublicJwk } from "../../../session/signing-key.ts";
import { publicKeyFrom } from "../../../session/signing-key.ts";

export type RootKey = Pick<PublicJwk, "kid" | "x">;

export interface BundleStamp {
  readonly version: number;
  /** When it was signed, in seconds since the epoch. */
  readonly issuedAt: number;
}

/** Longer than any bundle; the plugin takes no longer one. */
export const longestBundle = 64 * 1024 * 1024;

/** Version and time of a bundle (a compact JWS), or undefined when no root key stands behind it. */
export function verifyBundle(text: string, rootKeys: readonly RootKey[]): BundleStamp | undefined {
  const jws = readJws(text, "zerohop-bundle+jwt", (kid) => {
    const key = rootKeys.find((root) => root.kid === kid);
    return key && publicKeyFrom(key.x);
  });
  const { version, iat } = (jws?.isSigned() && jws.payload()) || {};
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(iat)) return undefined;
  return { version: version as number, issuedAt: iat as number };
}

/** Whether one bundle is to take the place of another: neither the version nor, within one, the time may go back. */
export function isNewer(offered: BundleStamp, current: BundleStamp | undefined): boolean {
  if (!current || offered.version !== current.version) return !current || offered.version > current.version;
  return offered.issuedAt > current.issuedAt;
}
