// The bundle: everything a gate decides with, signed (JWS, RFC 7515) with the root key that gates pin.
import { sign } from "node:crypto";
import type { Config } from "../config/config.ts";
import type { Keyring } from "../session/keyring.ts";
import type { PublicJwk, SigningKey } from "../session/signing-key.ts";
import type { Revocations } from "../store/store.ts";

/** What a bundle says, without its version and time. */
export interface BundleContent {
  readonly keys: readonly PublicJwk[];
  readonly cookies: readonly { readonly domain: string; readonly portal: string; readonly name: string }[];
  /** The access_control section. */
  readonly policy: unknown;
  readonly revoked_sessions: readonly string[];
  /** By user name: a token with an earlier `iat` is refused. */
  readonly not_before: Readonly<Record<string, number>>;
}

export function bundleContent(config: Config, keyring: Keyring, revocations: Revocations): BundleContent {
  return {
    keys: keyring.publicKeys(),
    cookies: config.session.cookies.map(({ domain, portalUrl }) => ({
      domain,
      portal: portalUrl,
      name: config.session.name,
    })),
    policy: config.accessControl,
    revoked_sessions: revocations.sessions,
    not_before: Object.fromEntries(revocations.notBefore),
  };
}

/** Signs a bundle as a compact JWS. `issuedAt` is in seconds. */
export function signBundle(content: BundleContent, version: number, issuedAt: number, root: SigningKey): string {
  const header = encode({ alg: "EdDSA", typ: "zerohop-bundle+jwt", kid: root.kid });
  const signed = `${header}.${encode({ version, iat: issuedAt, ...content })}`;
  return `${signed}.${sign(null, Buffer.from(signed), root.privateKey).toString("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
