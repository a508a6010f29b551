// JSON Web Signatures in compact serialization (RFC 7515, section 7.1) with Ed25519 (`alg: EdDSA`, RFC 8037), as the core reads them:
// tokens and bundles alike. The cheap checks come first and the signature last.
import { type KeyObject, sign, verify } from "node:crypto";
import type { SigningKey } from "./signing-key.ts";

export type Members = Readonly<Record<string, unknown>>;

/** `typ` says what a JWS is good for, so that none can pass for another (RFC 8725, section 3.11). */
export type JwsType = "JWT" | "zerohop-basic+jwt" | "zerohop-bundle+jwt" | "zerohop-feed+jwt";

/** A JWS of ours by its form and header, of which nothing is proven. */
export interface UnprovenJws {
  /** What it says; undefined when that is no JSON object. */
  readonly payload: () => Members | undefined;
  readonly isSigned: () => boolean;
}

export function signJws(typ: JwsType, payload: object, { kid, privateKey }: SigningKey): string {
  const signed = `${encode({ alg: "EdDSA", typ, kid })}.${encode(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** How long a signed JWS is. */
export function lengthOfJws(typ: JwsType, payload: object, { kid }: Pick<SigningKey, "kid">): number {
  const signature = 86;
  return encode({ alg: "EdDSA", typ, kid }).length + encode(payload).length + signature + 2;
}

/**
 * Reads a JWS of this type. Undefined when it has not the form of one, its header asks for something else (`alg`, `crit`), or
 * `keyOf` knows no key of its `kid`.
 */
export function readJws(
  text: string,
  type: JwsType,
  keyOf: (kid: unknown) => KeyObject | undefined,
): UnprovenJws | undefined {
  const [header = "", payload = "", signature = "", ...rest] = text.split(".");
  if (!header || !payload || rest.length > 0) return undefined;
  const { alg, typ, kid, crit } = decode(header) ?? {};
  const key = alg === "EdDSA" && typ === type && crit === undefined ? keyOf(kid) : undefined;
  const bytes = canonicalBytes(signature);
  if (!key || bytes?.length !== 64) return undefined;
  return {
    payload: () => decode(payload),
    isSigned: () => verify(null, Buffer.from(`${header}.${payload}`), key, bytes),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Members | undefined {
  const bytes = canonicalBytes(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

/** Refuses what decodes to the same bytes as another text, so that a JWS has one spelling (RFC 4648, section 3.5). */
function canonicalBytes(base64url: string): Buffer | undefined {
  const bytes = Buffer.from(base64url, "base64url");
  return bytes.toString("base64url") === base64url ? bytes : undefined;
}
