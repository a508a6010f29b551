// Users from a file in the form of Authelia's users_database.yml.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { HostError } from "../kit/errors.ts";
import { readChangedFile } from "../kit/files/change-file.ts";
import type { Logger } from "../kit/log.ts";
import { QueueFull, WorkQueue } from "../kit/work-queue.ts";
import { YamlDocument } from "../kit/yaml/document.ts";
import { formatPath, InvalidFileError, type Path, type Problem } from "../kit/yaml/problem.ts";
import { describe, leaf, Mistake, section, validate } from "../kit/yaml/schema.ts";
import { Decoys } from "./decoys.ts";
import { groupsProblem } from "./large-profile.ts";
import type { PasswordChange, PasswordChanges, PasswordCheck, Verification } from "./password-check.ts";
import { UnverifiableHash } from "./passwords/hash-encoding.ts";
import { hashPassword, type PasswordHash, parsePasswordHash } from "./passwords/password-hash.ts";
import { passwordReadings } from "./passwords/password-text.ts";
import { mistakeInGroup, mistakeInName, mistakeInText } from "./profile-text.ts";
import type { Profiles, User } from "./profiles.ts";
import { editUsersFile, finishUsersFile, obstacleToChanges } from "./users-file-editor.ts";
import {
  type Aliases,
  aliasesOf,
  byNameOnly,
  namedBy,
  oneSpelling,
  reportAmbiguities,
  type UsersFileSearch,
} from "./users-file-search.ts";

interface Entry {
  readonly user: User;
  readonly hash: Hash;
  readonly disabled: boolean;
}

/** One that cannot be verified is no mistake in the file: only its user has no password, until it is set anew. */
type Hash = PasswordHash | { readonly text: string; readonly unusable: string };

/** Each verification holds its hash's memory (64 MiB as a rule) and a core. */
const concurrency = 2;
/** Twelve seconds of work at 0.2 s each; whoever comes later is told to try again. */
const capacity = 128;

/** A queue for the verification of passwords. */
export function passwordWorkQueue(): WorkQueue {
  return new WorkQueue(concurrency, capacity);
}

/** Profile keys that Authelia knows and no header carries: accepted, so that its files can be used as they are. */
const otherProfileKeys = [
  "given_name",
  "middle_name",
  "family_name",
  "nickname",
  "gender",
  "birthdate",
  "website",
  "profile",
  "picture",
  "zoneinfo",
  "locale",
  "phone_number",
  "phone_extension",
  "address",
  "extra",
];

const userSchema = section({
  displayname: leaf((value) => parseText(value, "a name to show")),
  password: leaf(parseHash),
  email: leaf((value) => parseText(value, "an e-mail address")),
  groups: z.preprocess((value) => value ?? [], z.array(leaf(parseGroup))),
  disabled: z.boolean().default(false),
  ...Object.fromEntries(otherProfileKeys.map((key) => [key, z.unknown().optional()])),
});

const schema = section({ users: z.record(z.string(), userSchema) });

export class UsersFile implements Profiles, PasswordCheck, PasswordChanges {
  readonly file: string;
  #entries: Map<string, Entry>;
  #decoys: Decoys;
  #decoyKey: Uint8Array = randomBytes(32);
  #aliases: Aliases;
  readonly #search: UsersFileSearch;
  readonly #queue: WorkQueue;
  readonly #log: Logger | undefined;
  /** What is no mistake and yet not as it was meant. */
  readonly warnings: readonly Problem[];
  /** Whose outdated hashes are being replaced, or could not be. */
  readonly #upgrades = new Set<string>();

  private constructor(
    file: string,
    { entries, warnings }: ReturnType<typeof readEntries>,
    search: UsersFileSearch,
    queue: WorkQueue,
    log: Logger | undefined,
  ) {
    this.file = file;
    this.warnings = warnings;
    this.#entries = entries;
    this.#search = search;
    this.#queue = queue;
    this.#log = log;
    this.#aliases = this.#makeAliases();
    this.#decoys = this.#makeDecoys();
  }

  #makeAliases(): Aliases {
    const users = [...this.#entries.values()].map(({ user }) => user);
    return aliasesOf(users, this.#search);
  }

  #makeDecoys(): Decoys {
    const hashes = [...this.#entries.values()].flatMap(({ hash }) => ("unusable" in hash ? [] : [hash]));
    return new Decoys(hashes, this.#decoyKey);
  }

  /** Makes names that nobody has take the times that they took under this key before, at an earlier start or another host. */
  keepDecoys(key: Uint8Array): void {
    this.#decoyKey = key;
    this.#decoys = this.#makeDecoys();
  }

  /** Reads and checks a users file. Throws InvalidFileError with every problem. */
  static read(file: string, queue = passwordWorkQueue(), log?: Logger, search = byNameOnly): UsersFile {
    return new UsersFile(file, readEntries(YamlDocument.read(file, readChangedFile), search), search, queue, log);
  }

  /** Reads the file again, by the same rules. Throws InvalidFileError. */
  readAgain(): UsersFile {
    return UsersFile.read(this.file, this.#queue, this.#log, this.#search);
  }

  /** Has the users of another reading of the file from now on. Returns who lost what a session of theirs rests on. */
  takeOver(next: UsersFile): { readonly gone: readonly string[]; readonly passwordChanged: readonly string[] } {
    const before = [...this.#entries].filter(([, { disabled }]) => !disabled);
    this.#entries = next.#entries;
    this.#aliases = next.#aliases;
    this.#decoys = this.#makeDecoys();
    const gone = before.filter(([name]) => next.#entries.get(name)?.disabled !== false);
    const passwordChanged = before.filter(([name, { hash }]) => {
      const entry = next.#entries.get(name);
      return entry?.disabled === false && entry.hash.text !== hash.text;
    });
    return { gone: gone.map(([name]) => name), passwordChanged: passwordChanged.map(([name]) => name) };
  }

  nameOf(typed: string): string {
    return this.#entries.has(typed) ? typed : (namedBy(typed, this.#aliases) ?? typed);
  }

  async verify(typed: string, password: string, from = ""): Promise<Verification> {
    const name = this.nameOf(typed);
    const entry = this.#entries.get(name);
    let matches: boolean;
    try {
      const hash = entry && !("unusable" in entry.hash) ? entry.hash : this.#decoys.of(oneSpelling(name, this.#search));
      matches = await this.#queue.run(() => hasAnyReading(hash, password), from);
    } catch (error) {
      if (error instanceof QueueFull)
        return { outcome: "unavailable", reason: "too many logins at once", scope: "busy" };
      throw error;
    }
    if (!entry) return { outcome: "refused", reason: "unknown user" };
    // The file may have changed while the hash was computed, and an outdated hash may have been replaced.
    const now = this.#entries.get(name);
    if (now?.disabled !== false) return { outcome: "refused", reason: "disabled user" };
    if (now.hash.text !== entry.hash.text) return this.verify(name, password, from);
    if ("unusable" in now.hash) return { outcome: "refused", reason: "unusable password hash" };
    if (!matches) return { outcome: "refused", reason: "wrong password" };
    if (now.hash.outdated) void this.#upgrade(name, password, now.hash);
    return { outcome: "verified", user: now.user };
  }

  async find(name: string): Promise<User | undefined> {
    const entry = this.#entries.get(name);
    return entry?.disabled ? undefined : entry?.user;
  }

  async identify(input: string): Promise<User | undefined> {
    const named = this.#entries.get(this.nameOf(input));
    if (named) return named.disabled ? undefined : named.user;
    const address = input.toLowerCase();
    const [found, ...others] = [...this.#entries.values()].filter(({ user }) => user.email?.toLowerCase() === address);
    return found && !found.disabled && others.length === 0 ? found.user : undefined;
  }

  /** Why passwords cannot be changed, or undefined when they can. */
  obstacleToChanges(): Promise<string | undefined> {
    return obstacleToChanges(this.file);
  }

  async canChangePasswords(): Promise<boolean> {
    return (await this.obstacleToChanges()) === undefined;
  }

  /** Finishes a change of the file that a crash has cut off; it is read as if it were finished already. */
  async finishChange(): Promise<void> {
    try {
      await finishUsersFile(this.file);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#log?.warn({ reason: error.message }, "a change of the users file that was cut off cannot be finished");
    }
  }

  async changePassword(name: string, password: string): Promise<PasswordChange> {
    const entry = this.#entries.get(name);
    if (!entry) return { outcome: "refused", reason: "unknown user" };
    if (entry.disabled) return { outcome: "refused", reason: "disabled user" };
    try {
      await this.#replaceHash(name, password);
      return { outcome: "changed" };
    } catch (error) {
      if (error instanceof QueueFull) return { outcome: "unavailable", reason: "too many logins at once" };
      if (error instanceof HostError) return { outcome: "unavailable", reason: error.message };
      throw error;
    }
  }

  /** Replaces an outdated hash now that its password is known. A file that cannot be written stays as it is. */
  async #upgrade(name: string, password: string, hash: PasswordHash): Promise<void> {
    if (this.#upgrades.has(name)) return;
    this.#upgrades.add(name);
    try {
      await this.#replaceHash(name, password, hash);
      this.#upgrades.delete(name);
      this.#log?.info({ user: name }, "password hash replaced by argon2id");
    } catch (error) {
      this.#log?.warn({ user: name, reason: (error as Error).message }, "cannot replace an outdated password hash");
    }
  }

  /** With `old`, only where the file still has that hash. */
  async #replaceHash(name: string, password: string, old?: PasswordHash): Promise<void> {
    const text = await this.#queue.run(() => hashPassword(password), `user ${name}`);
    let replaced = true;
    await editUsersFile(
      this.file,
      (users) => {
        replaced = old === undefined || String(users.get(name, "password")) === old.text;
        if (replaced) users.set(name, "password", text);
        return replaced;
      },
      (edited) => checkUsersText(this.file, edited, this.#search),
    );
    const entry = this.#entries.get(name);
    if (replaced && entry) this.#entries.set(name, { ...entry, hash: parsePasswordHash(text) });
  }
}

async function hasAnyReading(hash: PasswordHash, typed: string): Promise<boolean> {
  for (const password of passwordReadings(typed)) if (await hash.verify(password)) return true;
  return false;
}

/** Throws InvalidFileError when a text is not a good users file. */
export function checkUsersText(file: string, text: string, search = byNameOnly): void {
  readEntries(YamlDocument.parse(file, text), search);
}

/** The users of a file, by name. Throws InvalidFileError. */
export function readUsers(file: string): readonly { readonly user: User; readonly disabled: boolean }[] {
  return [...readEntries(YamlDocument.read(file, readChangedFile), byNameOnly).entries.values()];
}

/** Throws InvalidFileError with every problem. */
function readEntries(
  document: YamlDocument,
  search: UsersFileSearch,
): { readonly entries: Map<string, Entry>; readonly warnings: readonly Problem[] } {
  const problems: Problem[] = [];
  const problem = (path: Path, message: string, part: "key" | "value"): Problem => ({
    file: document.file,
    ...document.locate(path, part),
    path: formatPath(path),
    message,
  });
  const report = (...args: Parameters<typeof problem>) => void problems.push(problem(...args));

  const result = validate(schema, document.value);
  if ("issues" in result) for (const { path, message, part } of result.issues) report(path, message, part);
  for (const name of namesIn(document.value)) {
    const mistake = mistakeInName(name);
    if (mistake) report(["users", name], mistake, "key");
  }
  if (!("data" in result) || problems.length > 0) throw new InvalidFileError(problems);

  const entries = Object.entries(result.data.users).map(([name, keys]): [string, Entry] => {
    const { displayname, email, groups, disabled, password } = keys;
    const user = {
      name,
      ...(displayname === undefined ? {} : { displayName: displayname }),
      ...(email === undefined ? {} : { email }),
      groups,
    };
    return [name, { user, hash: password, disabled }];
  });
  reportAmbiguities(
    entries.map(([, { user }]) => user),
    search,
    report,
  );
  if (problems.length > 0) throw new InvalidFileError(problems);
  const warnings = entries.flatMap(([name, { user, hash }]) => {
    const of = (key: string, message: string) => problem(["users", name, key], message, "value");
    const tooMany = groupsProblem(user);
    return [
      ...("unusable" in hash
        ? [of("password", `${hash.unusable}: ${name} cannot log in by a password until a new one is set`)]
        : []),
      ...(tooMany === undefined ? [] : [of("groups", tooMany)]),
    ];
  });
  return { entries: new Map(entries), warnings };
}

function namesIn(value: unknown): readonly string[] {
  const users = (value as { users?: unknown } | null | undefined)?.users;
  return typeof users === "object" && users !== null && !Array.isArray(users) ? Object.keys(users) : [];
}

function parseText(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new Mistake(`must be ${what}, not ${describe(value)}`);
  const mistake = mistakeInText(value);
  if (mistake !== undefined) throw new Mistake(mistake);
  return value;
}

function parseGroup(value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new Mistake(`must be the name of a group, not ${describe(value)}`);
  const mistake = mistakeInGroup(value);
  if (mistake !== undefined) throw new Mistake(`${mistake}: ${describe(value)}`);
  return value;
}

function parseHash(value: unknown): Hash {
  if (value === undefined || value === null || value === "")
    throw new Mistake("is required: a hash that zerohop hash-password prints");
  const text = String(value);
  try {
    return parsePasswordHash(text);
  } catch (error) {
    if (error instanceof UnverifiableHash) return { text, unusable: error.message };
    throw new Mistake((error as Error).message);
  }
}
