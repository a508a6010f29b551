// Session tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037), as gates verify them.
import { type KeyObject, sign, verify } from "node:crypto";
import { HostError } from "../kit/errors.ts";
import type { SigningKey } from "./signing-key.ts";

/** Times are integer seconds. */
export interface SessionClaims {
  /** The portal's URL, without a trailing slash. */
  readonly iss: string;
  /** The cookie domain. */
  readonly aud: string;
  /** The user's name. */
  readonly sub: string;
  readonly sid: string;
  readonly iat: number;
  /** The end of the lease. */
  readonly exp: number;
  /** The absolute end of the session. */
  readonly session_exp: number;
  readonly auth_time: number;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly level: 1 | 2;
  readonly name?: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

/** Browsers keep cookies of up to 4096 bytes, and gates read tokens of up to that. */
const longestToken = 4096;

/** What a token is good for. A gate and the host accept each only where it belongs: a Basic token is no session cookie. */
export type TokenType = "JWT" | "zerohop-basic+jwt";

/** Signs a token. Throws HostError "token_size" when the profile does not fit into a cookie. */
export function issueToken(claims: SessionClaims, key: SigningKey, typ: TokenType = "JWT"): string {
  const header = encode({ alg: "EdDSA", typ, kid: key.kid });
  const signed = `${header}.${encode(claims)}`;
  const token = `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString("base64url")}`;
  if (token.length > longestToken)
    throw new HostError(
      "token_size",
      `the session token of ${claims.sub} has ${token.length} bytes and a cookie holds ${longestToken}: too many groups`,
    );
  return token;
}

/** Whether a text has the form of a token: three parts in base64url (RFC 7515, section 7.1), none too long for a cookie. */
export function looksLikeToken(text: string): boolean {
  return text.length <= longestToken && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/**
 * What a token claims, when it has the form and the key of one of ours, or undefined. Nothing of it is proven: this is to tell whether
 * a look at its signature, which costs a hundred times as much, is worth it.
 */
export function unprovenClaims(token: string, keys: ReadonlyMap<string, KeyObject>): SessionClaims | undefined {
  return partsOf(token, keys)?.claims;
}

/**
 * The claims of a session token that one of the keys has signed, or undefined. Says nothing about its time: the caller asks the
 * store whether the session lives.
 */
export function readToken(token: string, keys: ReadonlyMap<string, KeyObject>): SessionClaims | undefined {
  const parts = partsOf(token, keys);
  return parts && verify(null, Buffer.from(parts.signed), parts.key, parts.signature) ? parts.claims : undefined;
}

function partsOf(token: string, keys: ReadonlyMap<string, KeyObject>) {
  if (token.length > longestToken) return undefined;
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  const { alg, typ, kid } = decode(header) ?? {};
  const key = alg === "EdDSA" && typ === "JWT" && typeof kid === "string" ? keys.get(kid) : undefined;
  const bytes = canonicalBytes(signature);
  if (!key || bytes?.length !== 64) return undefined;
  const claims = decode(payload) as unknown as SessionClaims | undefined;
  return claims && { signed: `${header}.${payload}`, key, signature: bytes, claims };
}

/** The key id in the header of a token that readToken has accepted. */
export function keyIdOf(token: string): string {
  return String(decode(token.slice(0, token.indexOf(".")))?.kid);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Record<string, unknown> | undefined {
  const bytes = canonicalBytes(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Refuses what decodes to the same bytes as another text, so that a token has one spelling (RFC 4648, section 3.5). */
function canonicalBytes(base64url: string): Buffer | undefined {
  const bytes = Buffer.from(base64url, "base64url");
  return bytes.toString("base64url") === base64url ? bytes : undefined;
}
