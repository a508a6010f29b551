// The keys of `authentication_backend.providers`: the identity providers that people sign in with, beside the users file or LDAP.
import { createPrivateKey } from "node:crypto";
import { resolve } from "node:path";
import { z } from "zod";
import { readIcon } from "../../http/image.ts";
import { mistakeInGroup, mistakeInText } from "../../identity/profile-text.ts";
import { duration, durationJson, parseDuration } from "../../kit/config/duration.ts";
import { isMapping, valueAt } from "../../kit/config/mapping.ts";
import { named } from "../../kit/config/named.ts";
import { type Network, networks } from "../../kit/config/network.ts";
import type { Report } from "../../kit/config/report.ts";
import { readSecretFile } from "../../kit/config/secrets.ts";
import { configSection } from "../../kit/config/section.ts";
import {
  flag,
  list,
  oneOf,
  optionalLeaf,
  optionalOneOf,
  optionalPath,
  optionalSecret,
} from "../../kit/config/values.ts";
import { describe, leaf, Mistake, secret, section } from "../../kit/yaml/schema.ts";
import { type Preset, type PresetName, presetNames, presets } from "./presets.ts";

/** Signatures by a private key that the provider alone has; `none` and keys that are shared are not among them. */
export const signatureAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export type ClientAuthentication =
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: string }
  | { readonly method: "private_key_jwt"; readonly key: string }
  | { readonly method: "none" };

/** Durations are in seconds. */
export interface ProviderConfig {
  readonly id: string;
  readonly name: string;
  /** Path of a picture. */
  readonly logo: string | null;
  readonly preset: PresetName;
  /** As the provider writes it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  readonly scopes: readonly string[];
  readonly parameters: Preset["parameters"];
  readonly anew: Preset["anew"];
  readonly claims: Preset["claims"];
  /** Who may sign in: whoever is in one of the groups, has an address in one of the domains and each of the claims. Empty: everybody. */
  readonly allow: {
    readonly groups: readonly string[];
    readonly domains: readonly string[];
    readonly claims: ReadonlyMap<string, readonly string[]>;
  };
  readonly groups: {
    /** By the provider's name of a group: those of the policy. */
    readonly map: ReadonlyMap<string, readonly string[]>;
    readonly onlyMapped: boolean;
  };
  /** What says that the provider has checked two factors. */
  readonly secondFactor: { readonly acr: readonly string[]; readonly amr: readonly string[] };
  readonly acrValues: readonly string[];
  readonly prompt: "login" | "consent" | "select_account" | undefined;
  readonly firstLogin: "create" | "invitation";
  readonly plainUsernames: boolean;
  readonly rememberMe: boolean;
  /** How often a session is confirmed by its refresh token at the most; null: never. */
  readonly refreshInterval: number | null;
  readonly logout: boolean;
  readonly frontChannelLogout: boolean;
  readonly algorithms: readonly string[];
  readonly clockSkew: number;
  readonly timeout: number;
  /** Networks that are not public, in which the provider may be. */
  readonly networks: readonly Network[];
  readonly caFile: string | null;
}

const text = (what: string) => leaf((value) => parseText(value, what), "a text");
const texts = (what: string) => list(text(what), "texts").default([]);
const path = optionalLeaf(
  (value) => parseText(value, "the path of a claim, such as realm_access.roles"),
  "the path of a claim",
);

const provider = section({
  id: leaf(parseId, "1 to 32 lower-case letters, digits and hyphens", {
    type: "string",
    pattern: "^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$",
  }),
  name: leaf(parseName, "a text of 1 to 64 characters"),
  logo: optionalPath("the path of an SVG, PNG, JPEG or WebP file of at most 8 KiB"),
  preset: oneOf(presetNames).prefault("openid_connect"),
  issuer: optionalLeaf(parseIssuer, "an https URL"),
  client_id: text("the id under which the provider knows this portal"),
  client_secret: optionalSecret,
  private_key: optionalLeaf(parsePrivateKey, "a secret text: a private key in PEM").meta(secret),
  client_authentication: optionalOneOf(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]),
  scopes: list(text("a scope"), "scopes").nullish(),
  claims: section({ username: path, display_name: path, email: path, groups: path }),
  allow: section({
    groups: texts("the name of a group, as the provider has it"),
    domains: list(leaf(parseDomain, "a domain"), "domains").default([]),
    claims: leaf((value) => parseLists(value, "claims and their values"), "a mapping of claims to values", {
      type: "object",
    }).prefault({}),
  }),
  groups: section({
    map: leaf((value) => parseGroupMap(value), "a mapping of the provider's groups to groups of the policy", {
      type: "object",
    }).prefault({}),
    only_mapped: flag(false),
  }),
  second_factor: section({ acr: texts("a value of acr"), amr: texts("a value of amr") }),
  acr_values: texts("a value of acr"),
  prompt: optionalOneOf(["login", "consent", "select_account"]),
  first_login: oneOf(["create", "invitation"]).prefault("create"),
  usernames: oneOf(["qualified", "plain"]).prefault("qualified"),
  remember_me: flag(false),
  refresh_interval: leaf(parseRefresh, "a duration of at least `10s`, or `never`", {
    anyOf: [...durationJson("10s"), { const: "never" }],
  }).prefault("5m"),
  logout: flag(false),
  front_channel_logout: flag(false),
  algorithms: list(oneOf(signatureAlgorithms), "`RS256`, `PS256`, `ES256`, `EdDSA` and their longer kin").default([
    ...signatureAlgorithms,
  ]),
  clock_skew: duration("0", "5m").prefault("30s"),
  timeout: duration("1s", "30s").prefault("5s"),
  networks: networks.default([]),
  ca_file: optionalPath("the path of a PEM file"),
});

type ProviderKeys = z.output<typeof provider>;

export const providersSection = configSection({
  keys: { "authentication_backend.providers": z.array(provider).default([]) },
  config: ({ "authentication_backend.providers": all }, { folder }): readonly ProviderConfig[] =>
    all.map((keys) => providerConfig(keys, folder)),
  check(written, _folder, report) {
    const backend = written.authentication_backend;
    const all = valueAt(written, ["authentication_backend", "providers"]);
    if (!isMapping(backend) || !Array.isArray(all)) return;
    const ids = new Set<unknown>();
    for (const [index, one] of all.entries()) {
      if (!isMapping(one)) continue;
      const path = ["authentication_backend", "providers", index];
      if (ids.has(one.id)) report.add([...path, "id"], "is the id of another provider already");
      ids.add(one.id);
      checkProvider(one, path, report);
      const alone = all.length === 1 && (backend.file ?? backend.ldap ?? undefined) === undefined;
      if (one.usernames === "plain" && !alone)
        report.add(
          [...path, "usernames"],
          "must be qualified where there are other sources of users: a plain name could be somebody else's there",
        );
    }
  },
  verify(all, report) {
    for (const [index, { logo, caFile }] of all.entries()) {
      const look = (key: string, read: () => unknown) => {
        try {
          read();
        } catch (error) {
          if (!(error instanceof Mistake)) throw error;
          report.add(["authentication_backend", "providers", index, key], error.message);
        }
      };
      if (logo !== null) look("logo", () => readIcon(logo));
      if (caFile !== null) look("ca_file", () => readSecretFile(".", caFile));
    }
  },
});

function checkProvider(
  written: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
  report: Report,
): void {
  // A key without a value counts as absent.
  const one = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
  const preset = presets[(one.preset as PresetName | undefined) ?? "openid_connect"] as Preset | undefined;
  if (one.issuer === undefined && preset?.issuer === undefined)
    report.add([...path, "issuer"], "is required: the provider's issuer, as its discovery document has it");
  const { client_secret: secret, private_key: key, client_authentication: method } = one;
  if (secret !== undefined && key !== undefined)
    report.add([...path, "private_key"], "only one of client_secret and private_key can be given");
  if (secret === undefined && key === undefined && method !== "none")
    report.add([...path, "client_secret"], "is required: client_secret, private_key, or client_authentication: none");
  if (method === "private_key_jwt" && key === undefined && secret !== undefined)
    report.add([...path, "private_key"], "is required for private_key_jwt");
  if (String(method).startsWith("client_secret") && key !== undefined)
    report.add([...path, "client_authentication"], "must be private_key_jwt where there is a private_key");
  if (method === "none" && (secret !== undefined || key !== undefined))
    report.add([...path, "client_authentication"], "must not be none where there is a secret or a key");
  const isOpenId = one.preset !== "github";
  if (isOpenId && Array.isArray(one.scopes) && !one.scopes.includes("openid"))
    report.add([...path, "scopes"], "must contain openid");
  if (!isOpenId && key !== undefined) report.add([...path, "private_key"], "GitHub takes a client_secret only");
  if (Array.isArray(one.algorithms) && one.algorithms.length === 0)
    report.add([...path, "algorithms"], "must name one at least");
}

function providerConfig(keys: ProviderKeys, folder: string): ProviderConfig {
  const preset: Preset = presets[keys.preset];
  const claims = {
    username: keys.claims.username === undefined ? preset.claims.username : [keys.claims.username],
    displayName: keys.claims.display_name === undefined ? preset.claims.displayName : [keys.claims.display_name],
    email: keys.claims.email === undefined ? preset.claims.email : [keys.claims.email],
    groups: keys.claims.groups === undefined ? preset.claims.groups : [keys.claims.groups],
  };
  const { client_secret: _, private_key: __, client_authentication: ___, usernames, ...others } = keys;
  const absolute = (file: string | undefined) => (file === undefined ? null : resolve(folder, file));
  return {
    ...{ ...named(others), claims, parameters: preset.parameters, anew: preset.anew },
    logo: absolute(keys.logo),
    issuer: keys.issuer ?? preset.issuer!,
    authentication: authenticationOf(keys),
    scopes: keys.scopes ?? preset.scopes,
    groups: named(keys.groups),
    plainUsernames: usernames === "plain",
    caFile: absolute(keys.ca_file),
  };
}

function authenticationOf(keys: ProviderKeys): ClientAuthentication {
  if (keys.private_key !== undefined) return { method: "private_key_jwt", key: keys.private_key };
  if (keys.client_secret === undefined) return { method: "none" };
  const method = keys.client_authentication === "client_secret_post" ? "client_secret_post" : "client_secret_basic";
  return { method, secret: keys.client_secret };
}

/** Names of accounts end in it behind an `@`: without a dot it is no domain, and so no account has the name of a mail address. */
function parseId(value: unknown): string {
  if (value === undefined || value === null) throw new Mistake("is required: a short name, such as company");
  if (typeof value !== "string" || !/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(value))
    throw new Mistake(`must be 1 to 32 lower-case letters, digits and hyphens, not ${describe(value)}`);
  return value;
}

function parseName(value: unknown): string {
  if (value === undefined || value === null) throw new Mistake("is required: the name that people know it by");
  if (typeof value !== "string" || !/^[^\p{Cc}\p{Cs}\p{Bidi_Control}]{1,64}$/u.test(value) || value.trim() !== value)
    throw new Mistake(`must be a text of 1 to 64 characters, not ${describe(value)}`);
  return value;
}

/** The text is kept: issuers are compared letter by letter, a slash at their end included. */
function parseIssuer(value: unknown): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash)
    throw new Mistake(`must be an https URL without a query, as the provider writes it, not ${describe(value)}`);
  if (/\/(?:common|organizations|consumers)\//.test(url.pathname) && url.hostname.endsWith("microsoftonline.com"))
    throw new Mistake("must name one tenant: with common, organizations or consumers anybody's tenant could sign in");
  return value as string;
}

function parseText(value: unknown, what: string): string {
  if (value === undefined || value === null || value === "") throw new Mistake(`is required: ${what}`);
  if (typeof value !== "string" || mistakeInText(value) !== undefined)
    throw new Mistake(`must be ${what}, not ${describe(value)}`);
  return value;
}

/** The message never shows the value: it is a secret. */
function parsePrivateKey(value: unknown): string {
  try {
    const { asymmetricKeyType: type } = createPrivateKey(String(value));
    if (type === "rsa" || type === "ec" || type === "ed25519") return String(value);
  } catch {
    // Said below.
  }
  throw new Mistake("must be a private key in PEM, without a passphrase: RSA, EC or Ed25519");
}

function parseDomain(value: unknown): string {
  if (typeof value !== "string" || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(value))
    throw new Mistake(`must be a domain such as example.com, not ${describe(value)}`);
  return value.toLowerCase();
}

function parseRefresh(value: unknown): number | null {
  return value === "never" ? null : parseDuration(value, 10);
}

/** A mapping of texts to a text or a list of texts. */
function parseLists(value: unknown, what: string): ReadonlyMap<string, readonly string[]> {
  if (!isMapping(value)) throw new Mistake(`must be a mapping of ${what}, not ${describe(value)}`);
  const entries = Object.entries(value).map(([key, given]): [string, readonly string[]] => {
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (values.length === 0) throw new Mistake(`must have a value for ${describe(key)}`);
    for (const one of values)
      if (!["string", "number", "boolean"].includes(typeof one))
        throw new Mistake(`must have a text or a list of texts for ${describe(key)}, not ${describe(one)}`);
    return [key, values.map(String)];
  });
  return new Map(entries);
}

function parseGroupMap(value: unknown): ReadonlyMap<string, readonly string[]> {
  const map = parseLists(value, "the provider's groups to groups of the policy");
  for (const group of [...map.values()].flat()) {
    const mistake = mistakeInGroup(group);
    if (mistake !== undefined) throw new Mistake(`${mistake}: ${describe(group)}`);
  }
  return map;
}
