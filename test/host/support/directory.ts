// An LDAP directory as the host opens it, with what it logs.
import { onTestFinished } from "vitest";
import { ldapKeys, ldapSettings } from "../../../host/identity/ldap/config.ts";
import { LdapDirectory } from "../../../host/identity/ldap/directory.ts";
import { createLog } from "../../../host/kit/log.ts";
import { movableClock } from "../../../workshop/host/in-process.ts";
import { base, service } from "../../../workshop/servers/slapd.ts";

export type Keys = Readonly<Record<string, unknown>>;

export interface Directory {
  readonly directory: LdapDirectory;
  readonly log: readonly Record<string, unknown>[];
  advance(seconds: number): void;
}

/** A directory with the keys of a config file; it ends with the test. */
export function openDirectory(keys: Keys, refreshInterval = 0): Directory {
  const { user, password } = { user: service.dn, password: service.password };
  const all = { base_dn: base, additional_users_dn: "ou=people", user, password, timeout: "1s", ...keys };
  const settings = ldapSettings(ldapKeys.parse(all), "/");
  const log: Record<string, unknown>[] = [];
  const { clock, advance } = movableClock(1_795_000_000);
  const logger = createLog("debug", { write: (line: string) => void log.push(JSON.parse(line)) });
  const directory = new LdapDirectory(settings, { refreshInterval, offersChange: true }, clock, logger);
  onTestFinished(() => directory.close());
  return { directory, log, advance };
}
