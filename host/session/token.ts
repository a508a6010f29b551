// Session tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037), as gates verify them.
import type { KeyObject } from "node:crypto";
import { HostError } from "../kit/errors.ts";
import { readJws, signJws, type UnprovenJws } from "./jws.ts";
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
  /** The groups, or what stands in their place where they are too many (large-identity.ts). */
  readonly groups: readonly string[] | ProfileReference;
}

/** Names a profile, by the first 32 bytes of its SHA-512, and may say which groups of a policy's list it has. All in base64url. */
export interface ProfileReference {
  readonly sha512: string;
  /** The digest of the list. */
  readonly of?: string;
  /** A bit for each group of the list, from the highest of the first byte on; what is beyond its end is 0. */
  readonly in?: string;
}

/** Browsers keep cookies of up to 4096 bytes, and gates read tokens of up to that. */
export const longestToken = 4096;

/** Signs a session token, or one that stands for a Basic credential. Throws HostError "token_size" when no cookie holds it. */
export function issueToken(claims: SessionClaims, key: SigningKey, type: "JWT" | "zerohop-basic+jwt" = "JWT"): string {
  const token = signJws(type, claims, key);
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

type Keys = ReadonlyMap<unknown, KeyObject>;

/**
 * What a token claims, when it has the form and the key of one of ours, or undefined. Nothing of it is proven: this is to tell whether
 * a look at its signature, which costs a hundred times as much, is worth it.
 */
export function unprovenClaims(token: string, keys: Keys): SessionClaims | undefined {
  return claimsOf(read(token, keys));
}

/**
 * The claims of a session token that one of the keys has signed, or undefined. Says nothing about its time: the caller asks the
 * store whether the session lives.
 */
export function readToken(token: string, keys: Keys): SessionClaims | undefined {
  const jws = read(token, keys);
  return jws?.isSigned() ? claimsOf(jws) : undefined;
}

function read(token: string, keys: Keys): UnprovenJws | undefined {
  return token.length > longestToken ? undefined : readJws(token, "JWT", (kid) => keys.get(kid));
}

function claimsOf(jws: UnprovenJws | undefined): SessionClaims | undefined {
  return jws?.payload() as unknown as SessionClaims | undefined;
}
