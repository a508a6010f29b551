// The bundle: everything a gate decides with, signed (JWS, RFC 7515) with the root key that gates pin.
import type { SessionConfig } from "../../session/config.ts";
import { type IdentityHeaders, identityParts } from "../../session/identity-headers.ts";
import { signJws } from "../../session/jws.ts";
import type { Keyring } from "../../session/keyring.ts";
import { keyRetention } from "../../session/lease.ts";
import type { PublicJwk, SigningKey } from "../../session/signing-key.ts";
import type { Revocations } from "../../session/store.ts";

/** What a bundle says, without its version and time. */
export interface BundleContent {
  readonly keys: readonly PublicJwk[];
  /** How long after its lease a token is accepted while the host cannot be reached. Seconds; 0: not at all. */
  readonly outage_grace: number;
  readonly cookies: readonly BundleCookie[];
  /** The access_control section. */
  readonly policy: unknown;
  readonly revoked_sessions: readonly string[];
  /** By user name: a token with an earlier `iat` is refused. */
  readonly not_before: Readonly<Record<string, number>>;
}

interface BundleCookie {
  readonly domain: string;
  readonly portal: string;
  readonly name: string;
  /** How Basic credentials are taken: "authorization", "proxy_authorization", and "forward" to let the backend see them. */
  readonly basic: readonly string[];
  /** By what they tell, the headers beside Remote-*, in any case; left out where there are none. */
  readonly identity_headers?: IdentityHeaders;
}

export function bundleContent(
  session: SessionConfig,
  policy: unknown,
  keyring: Keyring,
  revocations: Revocations,
): BundleContent {
  return {
    keys: keyring.publicKeys(keyRetention(session)),
    outage_grace: session.outageGrace,
    cookies: session.cookies.map(({ domain, portalUrl, basic, identityHeaders }) => ({
      domain,
      portal: portalUrl,
      name: session.name,
      basic: [...basic.headers, ...(basic.forward ? ["forward"] : [])],
      ...(hasNames(identityHeaders) && { identity_headers: identityHeaders }),
    })),
    policy,
    revoked_sessions: revocations.sessions,
    not_before: Object.fromEntries(revocations.notBefore),
  };
}

function hasNames(headers: IdentityHeaders): boolean {
  return identityParts.some((part) => headers[part].length > 0);
}

/** Signs a bundle as a compact JWS. `issuedAt` is in seconds. */
export function signBundle(content: BundleContent, version: number, issuedAt: number, root: SigningKey): string {
  return signJws("zerohop-bundle+jwt", { version, iat: issuedAt, ...content }, root);
}
