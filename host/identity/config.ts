// Users come from one place.
import { isMapping, type Mapping } from "../kit/config/mapping.ts";
import type { Report } from "../kit/config/report.ts";
import type { LdapSettings } from "./ldap/settings.ts";

/** One of `file` and `ldap` is set. */
export interface UsersConfig {
  /** How long a profile from LDAP is believed. Seconds. */
  readonly refreshInterval: number;
  readonly file?: { readonly path: string };
  readonly ldap?: LdapSettings;
}

/** Exactly one of the backends is configured. */
export function checkBackend(config: Mapping, report: Report): void {
  const backend = config.authentication_backend ?? {};
  if (!isMapping(backend)) return;
  const path = ["authentication_backend"];
  const given = (key: string) => backend[key] !== undefined;
  if (given("file") && given("ldap")) report.add([...path, "ldap"], "only one of file and ldap can be given", "key");
  else if (!given("file") && !given("ldap"))
    report.add(path, "is required: where users come from, either file or ldap", "key");
}
