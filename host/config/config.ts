// The host's configuration as the rest of the host sees it.
import { resolve } from "node:path";
import type { z } from "zod";
import type { TotpParameters } from "../second-factor/totp.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { Network } from "./network.ts";
import type { LogLevel, schema } from "./schema.ts";

/** A domain with one session cookie, and the portal that issues it. */
export interface CookieDomain {
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** The portal's origin: no path, no trailing slash. */
  readonly portalUrl: string;
}

export interface SessionConfig {
  /** The cookie's name. */
  readonly name: string;
  readonly expiration: number;
  readonly inactivity: number;
  /** null when remembering is switched off. */
  readonly rememberMe: number | null;
  readonly cookies: readonly CookieDomain[];
}

/** Authenticator apps; the parameters are those that new ones are set up with. */
export interface TotpConfig extends TotpParameters {
  readonly disable: boolean;
  /** Whom apps name as the one that the codes are for. */
  readonly issuer: string;
  /** Time steps that a code may be early or late. */
  readonly skew: number;
  /** Bytes. */
  readonly secretSize: number;
}

/** Passkeys and security keys. */
export interface WebauthnConfig {
  readonly disable: boolean;
  /** Whether they can stand for a name and a password. */
  readonly enablePasskeyLogin: boolean;
  /** What browsers call the portal. */
  readonly displayName: string;
}

/** All durations are in seconds, all paths absolute. */
export interface Config {
  readonly server: { readonly address: ListenAddress; readonly trustedProxies: readonly Network[] };
  readonly log: { readonly level: LogLevel };
  readonly storage: { readonly encryptionKey: string; readonly local: { readonly path: string } };
  readonly session: SessionConfig;
  readonly authenticationBackend: { readonly file: { readonly path: string } };
  readonly totp: TotpConfig;
  readonly webauthn: WebauthnConfig;
  /** The section as it is written, for the bundle. */
  readonly accessControl: unknown;
}

/** Names the validated keys as the host does. Relative paths are relative to the config file's folder. */
export function configFrom(keys: z.output<typeof schema>, folder: string): Config {
  const { server, log, storage, session, authentication_backend, totp, webauthn } = keys;
  return {
    server: { address: server.address, trustedProxies: server.trusted_proxies },
    log,
    storage: { encryptionKey: storage.encryption_key, local: { path: resolve(folder, storage.local.path) } },
    session: {
      name: session.name,
      expiration: session.expiration,
      inactivity: session.inactivity,
      rememberMe: session.remember_me,
      cookies: session.cookies.map(({ domain, portal_url }) => ({ domain, portalUrl: portal_url })),
    },
    authenticationBackend: { file: { path: resolve(folder, authentication_backend.file.path) } },
    totp: {
      disable: totp.disable,
      issuer: totp.issuer,
      algorithm: totp.algorithm,
      digits: totp.digits,
      period: totp.period,
      skew: totp.skew,
      secretSize: totp.secret_size,
    },
    webauthn: {
      disable: webauthn.disable,
      enablePasskeyLogin: webauthn.enable_passkey_login,
      displayName: webauthn.display_name,
    },
    accessControl: keys.access_control,
  };
}
