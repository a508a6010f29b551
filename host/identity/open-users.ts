// Opens the sources of users that the config names.

import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/log.ts";
import type { WorkQueue } from "../kit/work-queue.ts";
import type { UsersConfig } from "./config.ts";
import type { PasswordChanges, PasswordCheck } from "./password-check.ts";
import type { Profiles } from "./profiles.ts";
import { UsersFile } from "./users-file.ts";

export interface UserSources {
  readonly profiles: Profiles;
  readonly passwords: PasswordCheck & PasswordChanges;
  /** Where users are in a file: the running host follows it. */
  readonly usersFile?: UsersFile;
  close(): void;
}

export interface UsersOptions {
  /** Whether the portal lets people change their passwords, as far as that can be done. */
  readonly offersChange?: boolean;
  /** Where hashes of a users file are computed. */
  readonly passwordWork?: WorkQueue;
}

/** Where all people come from providers, nobody has a password. */
const nobody: Profiles & PasswordCheck & PasswordChanges = {
  find: async () => undefined,
  identify: async () => undefined,
  nameOf: (typed) => typed,
  verify: async () => ({ outcome: "refused", reason: "unknown user" }),
  canChangePasswords: async () => false,
  changePassword: async () => ({ outcome: "refused", reason: "unknown user" }),
};

/** Throws InvalidFileError when the users file has mistakes. An LDAP server need not be there yet. */
export async function openUsers(
  { file, ldap, refreshInterval }: UsersConfig,
  clock: Clock,
  log: Logger,
  { offersChange = true, passwordWork }: UsersOptions = {},
): Promise<UserSources> {
  if (ldap) {
    // What only who has an LDAP server has to load.
    const { LdapDirectory } = await import("./ldap/directory.ts");
    const directory = new LdapDirectory(ldap, { refreshInterval, offersChange }, clock, log);
    return { profiles: directory, passwords: directory, close: () => directory.close() };
  }
  if (!file) return { profiles: nobody, passwords: nobody, close: () => {} };
  const usersFile = UsersFile.read(file.path, passwordWork, log, file.search);
  return { profiles: usersFile, passwords: usersFile, usersFile, close: () => {} };
}
