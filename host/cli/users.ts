// What the commands about users share: the users file of the config, changed, and the sessions that end with a change.
import { userInfo } from "node:os";
import { Audit } from "../audit/audit.ts";
import { checkUsersText } from "../authn/users-file.ts";
import { editUsersFile, type UsersEdit } from "../authn/users-file-editor.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { HostError } from "../errors.ts";
import { revokeUser } from "../session/revocation.ts";
import type { Arguments } from "./command.ts";
import { withStore } from "./open.ts";

/** Throws HostError "usage" when users come from elsewhere. */
export function usersFileOf({ authenticationBackend: { file } }: Config): string {
  if (!file) throw new HostError("usage", "users come from an LDAP server, not from a file; change them there");
  return file.path;
}

/** Throws HostError "not_found", "usage", "storage" or InvalidFileError; then nothing was changed. */
export async function changeUsers(config: Config, change: (users: UsersEdit) => void): Promise<void> {
  const file = usersFileOf(config);
  const edit = (users: UsersEdit) => {
    change(users);
    return true;
  };
  await editUsersFile(file, edit, (text) => checkUsersText(file, text));
}

/** Ends all sessions of users, which a running host publishes at once. Returns how many there were. */
export function endSessions(args: Arguments, names: readonly string[]): Promise<number> {
  return withStore(args, async (store, { session }) => {
    let ended = 0;
    const audit = new Audit(store.audit, systemClock);
    for (const name of names) {
      const sessions = await revokeUser(store, session, name, systemClock());
      const detail = { sessions, operator: userInfo().username };
      await audit.record({ action: "session end", by: "operator", user: name, detail });
      ended += sessions;
    }
    return ended;
  });
}

/** Removes users' second factors, or whoever gets such a name next would be asked for them. */
export function removeSecondFactors(args: Arguments, names: readonly string[]): Promise<void> {
  return withStore(args, async (store) => {
    for (const name of names) await store.secondFactors.removeUser(name);
  });
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
