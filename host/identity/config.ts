// The section `authentication_backend`: where users come from.
import { resolve } from "node:path";
import { durationJson, parseDuration } from "../kit/config/duration.ts";
import { isMapping, type Mapping } from "../kit/config/mapping.ts";
import type { Report } from "../kit/config/report.ts";
import { configSection } from "../kit/config/section.ts";
import { filePath, flag } from "../kit/config/values.ts";
import { leaf, section } from "../kit/yaml/schema.ts";
import { checkLdap, ldapKeys, ldapSettings } from "./ldap/config.ts";
import type { LdapSettings } from "./ldap/settings.ts";
import type { UsersFileSearch } from "./users-file-search.ts";

/** One of `file` and `ldap` is set, or none where there are providers. */
export interface UsersConfig {
  /** How long a profile from LDAP is believed. Seconds. */
  readonly refreshInterval: number;
  readonly file?: { readonly path: string; readonly search: UsersFileSearch };
  readonly ldap?: LdapSettings;
}

const refreshInterval = leaf((value) => parseDuration(value === "always" ? 0 : value, 0), "a duration, or `always`", {
  anyOf: [...durationJson("0"), { const: "always" }],
});

export const usersSection = configSection({
  keys: {
    "authentication_backend.refresh_interval": refreshInterval.prefault("1m"),
    "authentication_backend.file": section({
      path: filePath,
      search: section({ email: flag(false), case_insensitive: flag(false) }),
    }).optional(),
    "authentication_backend.ldap": ldapKeys.optional(),
  },
  json: {
    authentication_backend: {
      anyOf: [{ required: ["file"] }, { required: ["ldap"] }, { required: ["providers"] }],
      not: { required: ["file", "ldap"] },
    },
  },
  config: (
    {
      "authentication_backend.refresh_interval": refreshInterval,
      "authentication_backend.file": file,
      "authentication_backend.ldap": ldap,
    },
    { folder },
  ): UsersConfig => ({
    refreshInterval,
    ...(file && {
      file: {
        path: resolve(folder, file.path),
        search: { email: file.search.email, caseInsensitive: file.search.case_insensitive },
      },
    }),
    ...(ldap && { ldap: ldapSettings(ldap, folder) }),
  }),
  check(written, _folder, report) {
    checkBackend(written, report);
    checkLdap(written, report);
  },
});

/** One backend at the most is configured, and none only where people sign in with providers. */
function checkBackend(config: Mapping, report: Report): void {
  const backend = config.authentication_backend ?? {};
  if (!isMapping(backend)) return;
  const path = ["authentication_backend"];
  const given = (key: string) => backend[key] !== undefined;
  const hasProviders = Array.isArray(backend.providers) && backend.providers.length > 0;
  if (given("file") && given("ldap")) report.add([...path, "ldap"], "only one of file and ldap can be given", "key");
  else if (!given("file") && !given("ldap") && !hasProviders)
    report.add(path, "is required: where users come from, either file or ldap, or providers", "key");
}
