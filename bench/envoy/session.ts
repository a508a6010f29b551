// The session that every variant of the comparison is asked to check.
import { bundleKey, type Claims, freshClaims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";

export const portal = "https://auth.zerohop.localhost:8443";
export const cookieDomain = "zerohop.localhost";
export const cookieName = "zerohop_session";

export interface Session {
  /** The public key that verifies the token, as it stands in a bundle. */
  readonly key: Claims;
  readonly token: string;
}

/** A token like the host's, with a lease that outlasts any benchmark. */
export function createSession(): Session {
  const key = newSessionKey();
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
  const claims = freshClaims(portal, cookieDomain, { exp: tomorrow, session_exp: tomorrow });
  return { key: bundleKey(key), token: signToken(key, claims) };
}
