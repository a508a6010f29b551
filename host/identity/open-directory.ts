// Opens the user directory that the config names.

import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/log.ts";
import type { WorkQueue } from "../kit/work-queue.ts";
import type { UsersConfig } from "./config.ts";
import { LdapDirectory } from "./ldap/directory.ts";
import type { UserDirectory } from "./user-directory.ts";
import { UsersFile } from "./users-file.ts";

export interface OpenDirectory {
  readonly directory: UserDirectory;
  /** The directory, when it is a users file: the running host follows that. */
  readonly usersFile?: UsersFile;
  close(): void;
}

/**
 * `passwordWork` is where hashes of a users file are computed. Throws InvalidFileError when that file has mistakes. An LDAP
 * server need not be there yet.
 */
export function openDirectory(
  { file, ldap, refreshInterval }: UsersConfig,
  clock: Clock,
  log: Logger,
  passwordWork?: WorkQueue,
): OpenDirectory {
  if (ldap) {
    const directory = new LdapDirectory(ldap, refreshInterval, clock, log);
    return { directory, close: () => directory.close() };
  }
  const usersFile = UsersFile.read(file!.path, passwordWork, log);
  return { directory: usersFile, usersFile, close: () => {} };
}
