// The section `authentication_backend.ldap`, with Authelia's names for its keys.
import { isIP } from "node:net";
import { resolve } from "node:path";
import type { z } from "zod";
import { duration } from "../../kit/config/duration.ts";
import { isMapping, type Mapping } from "../../kit/config/mapping.ts";
import type { Report } from "../../kit/config/report.ts";
import { flag, oneOf, optionalLeaf, optionalPath, parseSecret } from "../../kit/config/values.ts";
import { describe, leaf, Mistake, secret, section } from "../../kit/yaml/schema.ts";
import { parseDn } from "./dn.ts";
import { mistakeInFilter, nameAttributes } from "./filter.ts";
import { implementations, presets } from "./presets.ts";
import type { LdapSettings } from "./settings.ts";
import type { LdapAddress } from "./transport.ts";

const attributePlaceholders = [
  "username_attribute",
  "mail_attribute",
  "display_name_attribute",
  "group_name_attribute",
];

const attribute = optionalLeaf(parseAttribute, "the name of an attribute");
/** Of the preset that counts when no implementation is given. */
const usual = presets.openldap;

export const ldapKeys = section({
  implementation: oneOf(implementations).prefault("openldap"),
  address: leaf(parseAddress, "`ldap://HOST[:PORT]`, `ldaps://HOST[:PORT]` or `ldapi:///PATH`"),
  start_tls: flag(false),
  tls: section({
    ca_file: optionalPath("the path of a file"),
    server_name: optionalLeaf(parseServerName, "a host name or an IP address"),
    minimum_version: oneOf(["TLS1.2", "TLS1.3"]).prefault("TLS1.2"),
  }),
  timeout: duration("1s", "60s").prefault("5s"),
  base_dn: leaf(
    (value) => parseName(value, "the DN below which people and groups are, such as dc=example,dc=com"),
    "a DN",
  ),
  additional_users_dn: optionalLeaf((text) => parseName(text, "a DN such as ou=people"), "a DN"),
  users_filter: optionalLeaf(parseUsersFilter, "a search filter (RFC 4515) with `{input}`").meta({
    default: usual.usersFilter,
  }),
  user_dn_template: optionalLeaf(parseTemplate, "a DN with `{username}`"),
  additional_groups_dn: optionalLeaf((text) => parseName(text, "a DN such as ou=groups"), "a DN"),
  groups_filter: optionalLeaf(parseGroupsFilter, "a search filter (RFC 4515), or empty").meta({
    default: usual.groupsFilter,
  }),
  group_search_mode: oneOf(["filter", "memberof"]).prefault("filter"),
  user: leaf(
    (value) => parseText(value, "the DN of the service account"),
    "a DN; for Active Directory also `user@domain`",
  ),
  password: leaf(parsePassword, "a secret text").meta(secret),
  attributes: section({
    username: attribute.meta({ default: usual.attributes.username }),
    display_name: attribute.meta({ default: usual.attributes.displayName }),
    mail: attribute.meta({ default: usual.attributes.mail }),
    group_name: attribute.meta({ default: usual.attributes.groupName }),
    member_of: attribute.meta({ default: usual.attributes.memberOf }),
  }),
});

/** What must hold between the keys, beyond each being right by itself. */
export function checkLdap(config: Mapping, report: Report): void {
  const backend = config.authentication_backend;
  const ldap = isMapping(backend) ? backend.ldap : undefined;
  if (!isMapping(ldap)) return;
  const path = ["authentication_backend", "ldap"];
  const address = attempt(ldap.address);
  if (address?.scheme === "ldaps" && ldap.start_tls === true)
    report.add([...path, "start_tls"], "must be false: an ldaps address has TLS from the start");
  if (address?.scheme === "ldapi" && ldap.start_tls === true)
    report.add([...path, "start_tls"], "must be false: a Unix socket needs no TLS");
  if (ldap.implementation === "custom") {
    for (const key of ["users_filter", ...(ldap.group_search_mode === "memberof" ? [] : ["groups_filter"])])
      if (ldap[key] === undefined) report.add([...path, key], "is required when the implementation is custom");
  }
}

/** Names the validated keys as the host does, with the preset's values where none are given. */
export function ldapSettings(keys: z.output<typeof ldapKeys>, folder: string): LdapSettings {
  const preset = presets[keys.implementation === "custom" ? "openldap" : keys.implementation];
  const attributes = {
    username: keys.attributes.username ?? preset.attributes.username,
    displayName: keys.attributes.display_name ?? preset.attributes.displayName,
    mail: keys.attributes.mail ?? preset.attributes.mail,
    groupName: keys.attributes.group_name ?? preset.attributes.groupName,
    memberOf: keys.attributes.member_of ?? preset.attributes.memberOf,
  };
  const named = (filter: string) =>
    nameAttributes(filter, {
      username_attribute: attributes.username,
      mail_attribute: attributes.mail,
      display_name_attribute: attributes.displayName,
      group_name_attribute: attributes.groupName,
    });
  const below = (additional: string) => (additional === "" ? keys.base_dn : `${additional},${keys.base_dn}`);
  const { ca_file, server_name, minimum_version } = keys.tls;
  return {
    implementation: keys.implementation,
    address: keys.address,
    startTls: keys.start_tls,
    tls: {
      caFile: ca_file === undefined ? undefined : resolve(folder, ca_file),
      serverName: server_name,
      minimumVersion: minimum_version === "TLS1.2" ? "TLSv1.2" : "TLSv1.3",
    },
    timeout: keys.timeout,
    account: { dn: keys.user, password: keys.password },
    userDnTemplate: keys.user_dn_template,
    users: {
      base: below(keys.additional_users_dn ?? preset.additionalUsersDn),
      filter: named(keys.users_filter ?? preset.usersFilter),
    },
    groups: {
      base: below(keys.additional_groups_dn ?? preset.additionalGroupsDn),
      filter: named(keys.groups_filter ?? preset.groupsFilter),
      from: keys.group_search_mode === "memberof" ? "member_of" : "search",
    },
    attributes,
  };
}

function attempt(value: unknown): LdapAddress | undefined {
  try {
    return parseAddress(value);
  } catch {
    return undefined;
  }
}

function parseText(value: unknown, what: string): string {
  if (value === undefined || value === null || value === "") throw new Mistake(`is required: ${what}`);
  if (typeof value !== "string") throw new Mistake(`must be ${what}, not ${describe(value)}`);
  return value;
}

/** The message never shows the value: it is a secret. An empty one would be an unauthenticated bind (RFC 4513, section 5.1.2). */
function parsePassword(value: unknown): string {
  if (value === undefined || value === null || value === "")
    throw new Mistake("is required: the password of the service account");
  return parseSecret(value);
}

function parseAddress(value: unknown): LdapAddress {
  const text = parseText(value, "the server's address, such as ldaps://ldap.example.com");
  const wrong = () =>
    new Mistake(`must be ldap://HOST, ldaps://HOST (with a port or without) or ldapi:///PATH, not ${describe(value)}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.search || url.hash) throw wrong();
  if (url.protocol === "ldapi:" && url.hostname === "" && url.pathname.length > 1) {
    const path = percentDecoded(url.pathname);
    if (path === undefined || path.includes("\0")) throw wrong();
    return { scheme: "ldapi", path };
  }
  const secure = url.protocol === "ldaps:";
  if (!(secure || url.protocol === "ldap:") || url.hostname === "" || !["", "/"].includes(url.pathname)) throw wrong();
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? (secure ? 636 : 389) : Number(url.port);
  if (port === 0) throw wrong();
  return { scheme: secure ? "ldaps" : "ldap", host, port };
}

/** Undefined where a percent sign begins no escaped character of UTF-8. */
function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseServerName(value: unknown): string {
  if (typeof value !== "string" || !(isIP(value) || /^[A-Za-z0-9.-]{1,253}$/.test(value)))
    throw new Mistake(`must be the name in the server's certificate, not ${describe(value)}`);
  return value;
}

function parseName(value: unknown, what: string): string {
  const text = parseText(value, what);
  const names = parseDn(text);
  if (!names || names.length === 0) throw new Mistake(`must be ${what}, not ${describe(value)}`);
  return text;
}

function parseTemplate(value: unknown): string {
  const text = parseName(value, "a DN such as uid={username},ou=people,dc=example,dc=com");
  if (!text.includes("{username}")) throw new Mistake("must contain {username}");
  return text;
}

function parseUsersFilter(value: unknown): string {
  const filter = parseText(value, "a filter such as (uid={input})");
  const mistake = mistakeInFilter(filter, ["input", ...attributePlaceholders]);
  if (mistake !== undefined) throw new Mistake(mistake);
  if (!filter.includes("{input}")) throw new Mistake("must contain {input}, which stands for what somebody types");
  return filter;
}

/** An empty one: nobody is in a group. */
function parseGroupsFilter(value: unknown): string {
  if (value === "") return "";
  const filter = parseText(value, "a filter such as (member={dn})");
  const mistake = mistakeInFilter(filter, ["dn", "username", "input", ...attributePlaceholders]);
  if (mistake !== undefined) throw new Mistake(mistake);
  return filter;
}

function parseAttribute(value: unknown): string {
  if (typeof value !== "string" || !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value))
    throw new Mistake(`must be the name of an attribute, not ${describe(value)}`);
  return value;
}
