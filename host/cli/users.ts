// What the commands about users share: the users file of the config, changed, and the sessions that end with a change.

import type { Config } from "../app/config/config.ts";
import { LanguageStore } from "../features/language/store.ts";
import { SecondFactorStore } from "../features/second-factor/store.ts";
import { checkUsersText } from "../identity/users-file.ts";
import { editUsersFile, type UsersEdit } from "../identity/users-file-editor.ts";
import { systemClock } from "../kit/clock.ts";
import { HostError } from "../kit/errors.ts";
import type { Database } from "../kit/sql/queries.ts";
import { revokeUser } from "../session/revocation.ts";
import { SessionStore } from "../session/store.ts";
import type { Arguments } from "./command.ts";
import { withDatabase } from "./open.ts";
import { recordOperation } from "./record-operation.ts";

/** Throws HostError "usage" when users come from elsewhere. */
export function usersFileOf({ authenticationBackend: { file } }: Config): string {
  if (!file) throw new HostError("usage", "users come from an LDAP server, not from a file; change them there");
  return file.path;
}

/** What an operator can do to users, and whether their sessions end with it. */
const changes = { added: false, "password set": true, disabled: true, enabled: false, deleted: true } as const;

interface UsersChange {
  readonly names: readonly string[];
  readonly change: keyof typeof changes;
  edit(users: UsersEdit): void;
}

/**
 * Changes users in the file, puts that down, and ends sessions that rested on what was changed; a running host publishes
 * that at once. Returns how many there were. Throws HostError "not_found", "usage", "storage" or InvalidFileError; then
 * nothing was changed. Where sessions end, neither is the file when this throws StoreUnavailable.
 */
export function changeUsers(args: Arguments, { names, change, edit }: UsersChange): Promise<number> {
  return withDatabase(args, async (database, config) => {
    const file = usersFileOf(config);
    const check = (text: string) => checkUsersText(file, text);
    const edited = (write: boolean) => (users: UsersEdit) => {
      edit(users);
      return write;
    };
    // What is refused ends nobody's sessions, and a database that cannot be had leaves the file as it is.
    await editUsersFile(file, edited(false), check);
    const before = await endSessions(names, change, database, config);
    await editUsersFile(file, edited(true), check);
    // Once more, for those who have logged in meanwhile.
    const after = await endSessions(names, change, database, config);
    let ended = 0;
    for (const [index, user] of names.entries()) {
      const sessions = before[index]! + after[index]!;
      ended += sessions;
      // Whoever gets such a name next would be asked for the second factors.
      if (change === "deleted") {
        await new SecondFactorStore(database).removeUser(user);
        await new LanguageStore(database).remove(user);
      }
      await recordOperation(database, { action: "user change", user, detail: { change, sessions } });
    }
    return ended;
  });
}

/** Ends the sessions of users that a change ends. Returns how many each of them had. */
async function endSessions(
  names: readonly string[],
  change: keyof typeof changes,
  database: Database,
  { session }: Config,
): Promise<readonly number[]> {
  const ended: number[] = [];
  for (const user of names)
    ended.push(changes[change] ? await revokeUser(new SessionStore(database), session, user, systemClock()) : 0);
  return ended;
}

/** The users that a command names. Throws HostError "usage" when it names none. */
export function namesIn({ positionals }: Arguments): readonly string[] {
  if (positionals.length === 0) throw new HostError("usage", "name at least one user");
  return positionals;
}

/** The one user that a command names. Throws HostError "usage". */
export function nameIn({ positionals }: Arguments): string {
  if (positionals.length !== 1) throw new HostError("usage", "name one user");
  return positionals[0]!;
}
