// The host's configuration as the rest of the host sees it.

import { resolve } from "node:path";
import type { z } from "zod";
import { type PortalConfig, portalFrom } from "../../features/branding/config.ts";
import { type ElevationConfig, elevationFrom } from "../../features/elevation/config.ts";
import type { PasswordResetConfig } from "../../features/password-reset/config.ts";
import type { WebauthnConfig } from "../../features/second-factor/passkeys/config.ts";
import type { TotpConfig } from "../../features/second-factor/totp/config.ts";
import type { GateConfig } from "../../gates/edge/config.ts";
import type { ServerConfig } from "../../http/config.ts";
import type { UsersConfig } from "../../identity/config.ts";
import { ldapSettings } from "../../identity/ldap/config.ts";
import { type PasswordPolicyConfig, passwordPolicyFrom } from "../../identity/password-policy/config.ts";
import { type RegulationConfig, regulationFrom } from "../../identity/regulation/config.ts";
import { loopback } from "../../kit/config/network.ts";
import type { TlsFiles } from "../../kit/config/tls-pair.ts";
import type { LogLevel } from "../../kit/log.ts";
import { postgresFrom, type StorageConfig } from "../../kit/sql/config.ts";
import { type NotifierConfig, notifierFrom } from "../../notify/config.ts";
import type { SessionConfig } from "../../session/config.ts";
import type { schema } from "./schema.ts";

/** All durations are in seconds, all paths absolute. */
export interface Config {
  readonly server: ServerConfig;
  readonly log: { readonly level: LogLevel };
  readonly storage: StorageConfig;
  readonly session: SessionConfig;
  readonly gate: GateConfig;
  readonly authenticationBackend: UsersConfig & {
    /** Whether people can change their passwords on the account page. */
    readonly passwordChange: boolean;
    readonly passwordReset: PasswordResetConfig;
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
