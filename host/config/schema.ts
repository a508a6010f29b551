// Every key of the config file. docs/configuration.md documents each; a test keeps the two in step.
import { z } from "zod";
import { nearest } from "../yaml/nearest.ts";
import { describe, leaf, Mistake, secret, section } from "../yaml/schema.ts";
import { parseCookieDomain, parsePortalUrl } from "./cookie-domain.ts";
import { parseDuration, parseRememberMe } from "./duration.ts";
import { parseListenAddress } from "./listen-address.ts";
import { parseNetwork } from "./network.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** The shortest encryption key that counts as one. Characters. */
const shortestEncryptionKey = 20;

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
    level: leaf(parseLogLevel).prefault("info"),
  }),
  storage: section({
    encryption_key: leaf(parseEncryptionKey).meta(secret),
    local: section({
      path: leaf(parseFilePath),
    }),
  }),
  session: section({
    name: leaf(parseCookieName).prefault("zerohop_session"),
    expiration: leaf((value) => parseDuration(value, 60)).prefault("1h"),
    inactivity: leaf((value) => parseDuration(value, 5)).prefault("5m"),
    remember_me: leaf(parseRememberMe).prefault("30d"),
    cookies: z
      .array(section({ domain: leaf(parseCookieDomain), portal_url: leaf(parsePortalUrl) }))
      .min(1, "must name at least one cookie domain and its portal"),
  }),
  authentication_backend: section({
    file: section({
      path: leaf(parseFilePath),
    }),
  }),
  // The core reads this section: the policy has one home.
  access_control: z.unknown().optional(),
});

function parseLogLevel(value: unknown): LogLevel {
  if (logLevels.includes(value as LogLevel)) return value as LogLevel;
  const suggestion = typeof value === "string" ? nearest(value, logLevels) : undefined;
  const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
  throw new Mistake(`must be one of ${logLevels.join(", ")}, not ${describe(value)}${hint}`);
}

/** The messages never show the value: it is a secret. */
function parseEncryptionKey(value: unknown): string {
  if (value === undefined || value === null)
    throw new Mistake(`is required: a random text of at least ${shortestEncryptionKey} characters`);
  if (typeof value !== "string") throw new Mistake(`must be a text; put it in quotes`);
  if (value.length < shortestEncryptionKey)
    throw new Mistake(`must be at least ${shortestEncryptionKey} characters long, not ${value.length}`);
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
