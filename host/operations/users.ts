// What operators do to the users of the users file, and to the sessions that rest on what they change.
import { LanguageStore } from "../features/language/store.ts";
import { removeSecondFactors } from "../features/second-factor/factors.ts";
import { hashPassword } from "../identity/passwords/password-hash.ts";
import { checkUsersText, readUsers } from "../identity/users-file.ts";
import { editUsersFile, type UserKeys, type UsersEdit } from "../identity/users-file-editor.ts";
import { usage } from "../kit/errors.ts";
import { revokeUser } from "../session/revocation.ts";
import { SessionStore } from "../session/store.ts";
import { type OperatedConfig, type Operator, recordOperation } from "./operator.ts";

/** Throws HostError "usage" when users come from elsewhere. */
export function usersFileOf({
  authenticationBackend: { file, ldap },
}: Pick<OperatedConfig, "authenticationBackend">): string {
  if (!file && !ldap) throw usage("users come from providers; see zerohop account");
  if (!file) throw usage("users come from an LDAP server, not from a file; change them there");
  return file.path;
}

/** In the order of the file. */
export function listUsers(config: Pick<OperatedConfig, "authenticationBackend">): ReturnType<typeof readUsers> {
  return readUsers(usersFileOf(config));
}

export interface NewUser {
  readonly name: string;
  /** The user's besides the password, as the users file has them. */
  readonly keys: UserKeys;
  readonly password?: string;
  /** In place of a password. */
  readonly hash?: string;
}

/** All of them or none. `hashed` is called after each password, for it takes a fraction of a second. */
export async function addUsers(operator: Operator, added: readonly NewUser[], hashed = () => {}): Promise<void> {
  const entries = new Map<string, UserKeys>();
  for (const { name, keys, password = "", hash } of added) {
    entries.set(name, { ...keys, password: hash ?? (await hashPassword(password)) });
    if (hash === undefined) hashed();
  }
  await changeUsers(operator, "added", [...entries.keys()], (users, name) => users.add(name, entries.get(name)!));
}

/** Whoever is logged in with the old password is not any more. Returns how many sessions ended. */
export async function setPassword(operator: Operator, name: string, password: string): Promise<number> {
  const hash = await hashPassword(password);
  return changeUsers(operator, "password set", [name], (users, user) => users.set(user, "password", hash));
}

/** Disabled users cannot log in, and their sessions end at once. Returns how many did. */
export function disableUsers(operator: Operator, names: readonly string[]): Promise<number> {
  return changeUsers(operator, "disabled", names, (users, name) => users.set(name, "disabled", true));
}

export async function enableUsers(operator: Operator, names: readonly string[]): Promise<void> {
  await changeUsers(operator, "enabled", names, (users, name) => users.set(name, "disabled", false));
}

/** Their sessions end at once, and their second factors are removed. Returns how many sessions ended. */
export function deleteUsers(operator: Operator, names: readonly string[]): Promise<number> {
  return changeUsers(operator, "deleted", names, (users, name) => users.delete(name));
}

/** What can be done to users, and whether their sessions end with it. */
const changes = { added: false, "password set": true, disabled: true, enabled: false, deleted: true } as const;
type Change = keyof typeof changes;

/**
 * Changes users in the file, and ends sessions that rested on what was changed. Returns how many there were. Throws HostError
 * "not_found", "usage", "storage" or InvalidFileError; then nothing was changed. Where sessions end, neither is the file when
 * this throws StoreUnavailable.
 */
async function changeUsers(
  operator: Operator,
  change: Change,
  names: readonly string[],
  edit: (users: UsersEdit, name: string) => void,
): Promise<number> {
  const file = usersFileOf(operator.config);
  const { search } = operator.config.authenticationBackend.file!;
  const editFile = (write: boolean) => {
    const editAll = (users: UsersEdit) => {
      for (const name of names) edit(users, name);
      return write;
    };
    return editUsersFile(file, editAll, (text) => checkUsersText(file, text, search));
  };
  // What is refused ends nobody's sessions, and a database that cannot be had leaves the file as it is.
  await editFile(false);
  const before = await endSessions(operator, change, names);
  await editFile(true);
  // Once more, for those who have logged in meanwhile.
  const after = await endSessions(operator, change, names);
  let ended = 0;
  for (const [index, user] of names.entries()) {
    const sessions = before[index]! + after[index]!;
    ended += sessions;
    if (change === "deleted") await forgetUser(operator, user);
    await recordOperation(operator, { action: "user change", user, detail: { change, sessions } });
  }
  return ended;
}

/** Removes what is kept of a user under their name: second factors and the language that they are written to in. */
export async function forgetUser({ database }: Operator, user: string): Promise<void> {
  await removeSecondFactors(database, user);
  await new LanguageStore(database).remove(user);
}

/** Ends the sessions of users that a change ends. Returns how many each of them had. */
async function endSessions(
  { config, database, clock }: Operator,
  change: Change,
  names: readonly string[],
): Promise<readonly number[]> {
  const sessions = new SessionStore(database);
  const ended: number[] = [];
  for (const user of names) ended.push(changes[change] ? await revokeUser(sessions, config.session, user, clock()) : 0);
  return ended;
}
