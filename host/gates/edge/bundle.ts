// The bundle: everything a gate decides with, signed (JWS, RFC 7515) with the root key that gates pin. And the feed, by which a gate that
// has a bundle is told what was revoked since.
import type { SessionConfig } from "../../session/config.ts";
import { type IdentityHeaders, identityParts } from "../../session/identity-headers.ts";
import { signJws } from "../../session/jws.ts";
import type { Keyring } from "../../session/keyring.ts";
import { keyRetention } from "../../session/lease.ts";
import type { PublicJwk, SigningKey } from "../../session/signing-key.ts";
import type { Revoked } from "./revocation-log.ts";

/** What a bundle says beside revocations: its base, which changes rarely. */
export interface BundleBase {
  readonly keys: readonly PublicJwk[];
  /** How long after its lease a token is accepted while the host cannot be reached. Seconds; 0: not at all. */
  readonly outage_grace: number;
  readonly cookies: readonly BundleCookie[];
  /** The access_control section. */
  readonly policy: unknown;
}

/** What a bundle says. */
export interface BundleContent extends BundleBase {
  readonly version: number;
  /** When it was signed. Seconds, as all times here. */
  readonly iat: number;
  /** Names the base. */
  readonly base: string;
  /** When gates forget what is revoked, which comes behind it; undefined where nothing is. */
  readonly until: number | undefined;
  readonly revoked_sessions: readonly string[];
  /** By user name: a token with an earlier `iat` is refused. */
  readonly not_before: Readonly<Record<string, number>>;
}

/** What the feed says: what was revoked from one version of the bundle to another with the same base. */
export interface FeedContent extends Partial<Pick<BundleContent, "revoked_sessions" | "not_before">> {
  readonly base: string;
  readonly from: number;
  readonly to: number;
  readonly iat: number;
  /** When gates forget all of it; undefined where there is nothing. */
  readonly until: number | undefined;
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

export function bundleBase(session: SessionConfig, policy: unknown, keyring: Keyring): BundleBase {
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
  };
}

function hasNames(headers: IdentityHeaders): boolean {
  return identityParts.some((part) => headers[part].length > 0);
}

/** Which bundle it is: its version, when it was signed (seconds), and the name of its base. */
export interface BundleStamp {
  readonly version: number;
  readonly issuedAt: number;
  readonly base: string;
}

/** The entity tag of a bundle: `"VERSION.IAT"`, with the quotes. */
export function etagOf({ version, issuedAt }: Pick<BundleStamp, "version" | "issuedAt">): string {
  return `"${version}.${issuedAt}"`;
}

export function bundleContent(base: BundleBase, stamp: BundleStamp, revoked: Revoked): BundleContent {
  const { until, sessions, notBefore } = revoked;
  const { version, issuedAt: iat } = stamp;
  return { ...{ version, iat, base: stamp.base, until }, ...base, revoked_sessions: sessions, not_before: notBefore };
}

export function feedContent(from: number, { version, issuedAt, base }: BundleStamp, news: Revoked): FeedContent {
  const { until, sessions, notBefore } = news;
  return {
    ...{ base, from, to: version, iat: issuedAt, until },
    ...(sessions.length > 0 && { revoked_sessions: sessions }),
    ...(Object.keys(notBefore).length > 0 && { not_before: notBefore }),
  };
}

/** Signs a bundle as a compact JWS. */
export function signBundle(content: BundleContent, root: SigningKey): string {
  return signJws("zerohop-bundle+jwt", content, root);
}

/** Signs the feed likewise. */
export function signFeed(content: FeedContent, root: SigningKey): string {
  return signJws("zerohop-feed+jwt", content, root);
}
