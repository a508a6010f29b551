// The host's configuration as the rest of the host sees it.

import { resolve } from "node:path";
import type { z } from "zod";
import { type PortalConfig, portalFrom } from "../../features/branding/config.ts";
import { type ElevationConfig, elevationFrom } from "../../features/elevation/config.ts";
import type { TotpParameters } from "../../features/second-factor/totp/totp.ts";
import { ldapSettings } from "../../identity/ldap/config.ts";
import type { LdapSettings } from "../../identity/ldap/settings.ts";
import { type PasswordPolicyConfig, passwordPolicyFrom } from "../../identity/password-policy/config.ts";
import { type RegulationConfig, regulationFrom } from "../../identity/regulation/config.ts";
import type { ListenAddress } from "../../kit/config/listen-address.ts";
import { loopback, type Network } from "../../kit/config/network.ts";
import type { TlsFiles } from "../../kit/config/tls-pair.ts";
import type { LogLevel } from "../../kit/log.ts";
import { postgresFrom } from "../../kit/sql/config.ts";
import type { PostgresSettings } from "../../kit/sql/postgres/open.ts";
import { type NotifierConfig, notifierFrom } from "../../notify/config.ts";
import type { AccessLog, BasicHeader, schema } from "./schema.ts";

/** A domain with one session cookie, and the portal that issues it. */
export interface CookieDomain {
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** The portal's origin: no path, no trailing slash. */
  readonly portalUrl: string;
  readonly basic: BasicConfig;
}

/** Basic credentials (RFC 7617) at the gate. */
export interface BasicConfig {
  /** The headers that are looked at; none: Basic credentials are not taken. */
  readonly headers: readonly BasicHeader[];
  /** Whether the backend gets the header that the gate used. */
  readonly forward: boolean;
}

/** What is for the gates' plugin configuration. */
export interface GateConfig {
  readonly trustedProxies: readonly Network[];
  readonly accessLog: AccessLog;
  /** Whether a gate in Envoy takes cookies of a session's name out of the applications' responses. */
  readonly dropSessionSetCookie: boolean;
}

export interface SessionConfig {
  /** The cookie's name. */
  readonly name: string;
  readonly expiration: number;
  readonly inactivity: number;
  /** null when remembering is switched off. */
  readonly rememberMe: number | null;
  /** How long after its lease a gate may accept a token while it cannot reach the host. */
  readonly outageGrace: number;
  /** Sessions that a user can have. */
  readonly maxPerUser: number;
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

/** New passwords for those who have forgotten theirs. */
export interface PasswordResetConfig {
  /** Whether the portal itself resets passwords. */
  readonly enabled: boolean;
  /** Where the login page leads instead; null: nowhere else. */
  readonly customUrl: string | null;
  /** How long a link from an e-mail is good for. Seconds. */
  readonly lifespan: number;
}

/** All durations are in seconds, all paths absolute. */
export interface Config {
  readonly server: {
    readonly address: ListenAddress;
    /** Whose X-Forwarded-* headers are believed, everywhere. This machine where the file names none. */
    readonly trustedProxies: readonly Network[];
    /** null: plain HTTP. */
    readonly tls: TlsFiles | null;
  };
  readonly log: { readonly level: LogLevel };
  readonly storage: {
    readonly encryptionKey: string;
    /** Exactly one of the two is not null. */
    readonly local: { readonly path: string } | null;
    readonly postgres: PostgresSettings | null;
  };
  readonly session: SessionConfig;
  readonly gate: GateConfig;
  /** One of `file` and `ldap` is set. */
  readonly authenticationBackend: {
    /** How long a profile from LDAP is believed. */
    readonly refreshInterval: number;
    /** Whether people can change their passwords on the account page. */
    readonly passwordChange: boolean;
    readonly passwordReset: PasswordResetConfig;
    readonly file?: { readonly path: string };
    readonly ldap?: LdapSettings;
  };
  readonly passwordPolicy: PasswordPolicyConfig;
  readonly elevation: ElevationConfig;
  readonly totp: TotpConfig;
  readonly webauthn: WebauthnConfig;
  readonly portal: PortalConfig;
  readonly regulation: RegulationConfig;
  /** null: no e-mail. */
  readonly notifier: NotifierConfig | null;
  readonly audit: { readonly retention: number };
  readonly metrics: { readonly token?: string };
  /** The section as it is written, for the bundle. */
  readonly accessControl: unknown;
}

/** Both or, as checkTls makes sure, none. */
function tlsFilesFrom({ certificate, key }: z.output<typeof schema>["server"]["tls"], folder: string): TlsFiles | null {
  return certificate && key ? { certificate: resolve(folder, certificate), key: resolve(folder, key) } : null;
}

/** Names the validated keys as the host does. Relative paths are relative to the config file's folder. */
export function configFrom(keys: z.output<typeof schema>, folder: string): Config {
  const { server, log, storage, session, gate, authentication_backend, totp, webauthn, portal } = keys;
  const { file, ldap, password_change, password_reset } = authentication_backend;
  return {
    server: {
      address: server.address,
      trustedProxies: server.trusted_proxies ?? loopback,
      tls: tlsFilesFrom(server.tls, folder),
    },
    log,
    storage: {
      encryptionKey: storage.encryption_key,
      local: storage.local ? { path: resolve(folder, storage.local.path) } : null,
      postgres: storage.postgres ? postgresFrom(storage.postgres, folder) : null,
    },
    session: {
      name: session.name,
      expiration: session.expiration,
      inactivity: session.inactivity,
      rememberMe: session.remember_me,
      outageGrace: session.outage_grace,
      maxPerUser: session.max_per_user,
      cookies: session.cookies.map(({ domain, portal_url, basic }) => ({ domain, portalUrl: portal_url, basic })),
    },
    gate: {
      trustedProxies: gate.trusted_proxies,
      accessLog: gate.access_log,
      dropSessionSetCookie: gate.drop_session_set_cookie,
    },
    authenticationBackend: {
      refreshInterval: authentication_backend.refresh_interval,
      passwordChange: !password_change.disable,
      passwordReset: {
        enabled: !password_reset.disable && password_reset.custom_url === null,
        customUrl: password_reset.disable ? null : password_reset.custom_url,
        lifespan: keys.identity_validation.reset_password.lifespan,
      },
      ...(file && { file: { path: resolve(folder, file.path) } }),
      ...(ldap && { ldap: ldapSettings(ldap, folder) }),
    },
    passwordPolicy: passwordPolicyFrom(keys.password_policy),
    elevation: elevationFrom(keys.identity_validation.elevated_session),
    totp: {
      disable: totp.disable,
      issuer: totp.issuer ?? portal.name,
      algorithm: totp.algorithm,
      digits: totp.digits,
      period: totp.period,
      skew: totp.skew,
      secretSize: totp.secret_size,
    },
    webauthn: {
      disable: webauthn.disable,
      enablePasskeyLogin: webauthn.enable_passkey_login,
      displayName: webauthn.display_name ?? portal.name,
    },
    portal: portalFrom(portal, folder),
    regulation: regulationFrom(keys.regulation),
    notifier: keys.notifier ? notifierFrom(keys.notifier, folder) : null,
    audit: keys.audit,
    metrics: keys.metrics.token === undefined ? {} : { token: keys.metrics.token },
    accessControl: keys.access_control,
  };
}
