// Every key of the config file. docs/configuration.md documents each; a test keeps the two in step.
import { z } from "zod";
import { portalSection } from "../../features/branding/config.ts";
import { elevatedSessionSection } from "../../features/elevation/config.ts";
import { passwordResetSection, resetPasswordSection } from "../../features/password-reset/config.ts";
import { parseIssuer, parseTotpAlgorithm, parseTotpDigits } from "../../features/second-factor/totp/config.ts";
import { accessLogs } from "../../gates/edge/config.ts";
import { ldapSection } from "../../identity/ldap/config.ts";
import { passwordPolicySchema } from "../../identity/password-policy/config.ts";
import { regulationSchema } from "../../identity/regulation/config.ts";
import { parseDuration, parseRememberMe } from "../../kit/config/duration.ts";
import { parseListenAddress } from "../../kit/config/listen-address.ts";
import { parseNetwork } from "../../kit/config/network.ts";
import { parseWholeNumber } from "../../kit/config/whole-number.ts";
import { logLevels } from "../../kit/log.ts";
import { parseEncryptionKey, postgresSection } from "../../kit/sql/config.ts";
import { nearest } from "../../kit/yaml/nearest.ts";
import { describe, leaf, Mistake, optional, secret, section } from "../../kit/yaml/schema.ts";
import { notifierSection } from "../../notify/config.ts";
import { basicHeaders } from "../../session/config.ts";
import { parseCookieDomain, parsePortalUrl } from "../../session/cookie-domain.ts";

export const schema = section({
  server: section({
    address: leaf(parseListenAddress).prefault("tcp://127.0.0.1:9091"),
    trusted_proxies: z.array(leaf(parseNetwork)).nullish(),
    tls: section({
      certificate: leaf(parseOptionalFilePath),
      key: leaf(parseOptionalFilePath),
    }),
  }),
  log: section({
    level: leaf((value) => oneOf(logLevels, value)).prefault("info"),
  }),
  storage: section({
    encryption_key: leaf(parseEncryptionKey).meta(secret),
    local: section({
      path: leaf(parseFilePath),
    }).optional(),
    postgres: postgresSection.optional(),
  }),
  session: section({
    name: leaf(parseCookieName).prefault("zerohop_session"),
    expiration: leaf((value) => parseDuration(value, 60)).prefault("1h"),
    inactivity: leaf((value) => parseDuration(value, 5)).prefault("5m"),
    remember_me: leaf(parseRememberMe).prefault("30d"),
    outage_grace: leaf((value) => parseDuration(value, 0)).prefault("15m"),
    max_per_user: leaf((value) => parseWholeNumber(value, 1, 10_000)).prefault(1000),
    cookies: z
      .array(
        section({
          domain: leaf(parseCookieDomain),
          portal_url: leaf(parsePortalUrl),
          basic: section({
            headers: z.array(leaf((value) => oneOf(basicHeaders, value))).default(["proxy_authorization"]),
            forward: z.boolean().default(false),
          }),
        }),
      )
      .min(1, "must name at least one cookie domain and its portal"),
  }),
  gate: section({
    trusted_proxies: z.array(leaf(parseNetwork)).default([]),
    access_log: leaf((value) => oneOf(accessLogs, value)).prefault("refused"),
    drop_session_set_cookie: z.boolean().default(false),
  }),
  authentication_backend: section({
    refresh_interval: leaf((value) => parseDuration(value === "always" ? 0 : value, 0)).prefault("1m"),
    password_change: section({
      disable: z.boolean().default(false),
    }),
    password_reset: passwordResetSection,
    file: section({
      path: leaf(parseFilePath),
    }).optional(),
    ldap: ldapSection.optional(),
  }),
  password_policy: passwordPolicySchema,
  identity_validation: section({
    reset_password: resetPasswordSection,
    elevated_session: elevatedSessionSection,
  }),
  totp: section({
    disable: z.boolean().default(false),
    issuer: leaf((value) => optional(value, parseIssuer)),
    algorithm: leaf(parseTotpAlgorithm).prefault("sha1"),
    digits: leaf(parseTotpDigits).prefault(6),
    period: leaf((value) => parseWholeNumber(value, 15, 300)).prefault(30),
    skew: leaf((value) => parseWholeNumber(value, 0, 10)).prefault(1),
    secret_size: leaf((value) => parseWholeNumber(value, 20, 64)).prefault(20),
  }),
  webauthn: section({
    disable: z.boolean().default(false),
    enable_passkey_login: z.boolean().default(true),
    display_name: leaf((value) => optional(value, parseIssuer)),
  }),
  portal: portalSection,
  regulation: regulationSchema,
  notifier: notifierSection.optional(),
  audit: section({
    retention: leaf((value) => parseDuration(value, 3600)).prefault("90d"),
  }),
  metrics: section({
    token: leaf(parseMetricsToken).meta(secret),
  }),
  // The core reads this section: the policy has one home.
  access_control: z.unknown().optional(),
});

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word {
  if (words.includes(value as Word)) return value as Word;
  const suggestion = typeof value === "string" ? nearest(value, words) : undefined;
  const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
  throw new Mistake(`must be one of ${words.join(", ")}, not ${describe(value)}${hint}`);
}

/** The shortest token that counts as one. Characters. */
const shortestToken = 20;

/** Undefined when there is none. The messages never show the value: it is a secret. */
function parseMetricsToken(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new Mistake(`must be a text; put it in quotes`);
  if (value.length < shortestToken || !/^[\x21-\x7e]+$/.test(value))
    throw new Mistake(`must be at least ${shortestToken} printable ASCII characters without a space`);
  return value;
}

function parseFilePath(value: unknown): string {
  if (value === undefined || value === null || value === "") throw new Mistake(`is required: the path of a file`);
  if (typeof value !== "string" || value.includes("\0"))
    throw new Mistake(`must be the path of a file, not ${describe(value)}`);
  return value;
}

/** null when absent. */
function parseOptionalFilePath(value: unknown): string | null {
  return value === undefined || value === null ? null : parseFilePath(value);
}

/** A cookie name is a token (RFC 6265, section 4.1.1). The prefixes __Host- and __Secure- mean promises to the browser. */
function parseCookieName(value: unknown): string {
  if (typeof value !== "string" || !/^[A-Za-z0-9_.-]{1,64}$/.test(value))
    throw new Mistake(`must be 1 to 64 letters, digits, "_", "-" and ".", not ${describe(value)}`);
  if (/^__host-/i.test(value)) throw new Mistake(`must not begin with __Host-: such a cookie cannot have a domain`);
  return value;
}
