// Checks a bundle as a gate does before it believes one: signed with a pinned root key, and of that type.
import { verify } from "node:crypto";
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
export function verifyBundle(jws: string, rootKeys: readonly RootKey[]): BundleStamp | undefined {
  const [header = "", payload = "", signature = "", ...others] = jws.split(".");
  if (others.length > 0 || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return undefined;
  const { alg, typ, kid, crit } = parse(header);
  const key = rootKeys.find((root) => root.kid === kid);
  if (alg !== "EdDSA" || typ !== "zerohop-bundle+jwt" || crit !== undefined || !key) return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify(null, signed, publicKeyFrom(key.x), Buffer.from(signature, "base64url"))) return undefined;
  const { version, iat } = parse(payload);
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(iat)) return undefined;
  return { version: version as number, issuedAt: iat as number };
}

/** Whether one bundle is to take the place of another: neither the version nor, within one, the time may go back. */
export function isNewer(offered: BundleStamp, current: BundleStamp | undefined): boolean {
  if (!current || offered.version !== current.version) return !current || offered.version > current.version;
  return offered.issuedAt > current.issuedAt;
}

/** A part's members; none when it is no JSON object. */
function parse(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
