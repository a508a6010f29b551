// Changes a users file in place of its operator, and beside them: comments and order stay, the file is changed whole or not
// at all, and what somebody else wrote meanwhile is never lost.
import { closeSync, constants, openSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Document, isAlias, isMap, isScalar, parseDocument, type ToStringOptions, type YAMLMap } from "yaml";
import { HostError } from "../kit/errors.ts";
import { changeFile, finishChange, hasChangeUnderWay } from "../kit/files/change-file.ts";

/** One user's keys, as they are written. Values are texts, flags or lists of texts. */
export type UserKeys = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A users file while it is changed. */
export class UsersEdit {
  readonly #document: Document;
  readonly #text: string;
  /** Those of the document's mapping: the library looks through it one by one. */
  readonly #names: Set<string>;
  /** New values in the place of old ones, by where they begin: all else stays as it is, to the byte. */
  readonly #replacements = new Map<number, Replacement>();
  /** Whether there is more to it than other values. */
  #rebuilt = false;

  constructor(text: string) {
    this.#text = text;
    this.#document = parseDocument(text, { stringKeys: true, merge: true, logLevel: "error" });
    const users = this.#document.get("users");
    this.#names = new Set(isMap(users) ? users.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : []);
  }

  /** The text of the changed file. */
  get text(): string {
    if (this.#rebuilt) return this.#document.toString(styleOf(this.#text));
    let text = this.#text;
    for (const { start, end, value } of [...this.#replacements.values()].sort((a, b) => b.start - a.start))
      text = text.slice(0, start) + value + text.slice(end);
    return text;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** A key's value, as it is written; undefined when it is not there. */
  get(name: string, key: string): unknown {
    return this.#user(name).get(key);
  }

  /** Throws HostError "not_found", or "usage" when the place is shared with other users. */
  set(name: string, key: string, value: string | boolean): void {
    const user = this.#user(name);
    const old = user.get(key, true) as unknown;
    // Changing what an alias points to, or what aliases point to, would change it for others too.
    if (isAlias(old) || (isScalar(old) && old.anchor !== undefined)) throw shared(name);
    const [start, end] = (isScalar(old) && old.range) || [];
    if (isScalar(old) && start !== undefined && end !== undefined && inlineTypes.includes(old.type ?? ""))
      this.#replacements.set(start, { start, end, value: written(value, old.type) });
    else this.#rebuilt = true;
    user.set(key, value);
  }

  /** Throws HostError "usage" when there is such a user. */
  add(name: string, keys: UserKeys): void {
    if (this.has(name)) throw new HostError("usage", `there is already a user ${name}`);
    this.#rebuilt = true;
    this.#names.add(name);
    const users = this.#document.get("users");
    if (isMap(users) && users.items.length === 0) users.flow = false;
    if (isMap(users)) users.items.push(this.#document.createPair(name, keys));
    else this.#document.set("users", this.#document.createNode({ [name]: keys }));
  }

  /** Throws HostError "not_found". */
  delete(name: string): void {
    this.#user(name);
    this.#rebuilt = true;
    this.#names.delete(name);
    this.#document.deleteIn(["users", name]);
  }

  #user(name: string): YAMLMap {
    const users = this.#document.get("users");
    const user = isMap(users) ? users.get(name, true) : undefined;
    if (isAlias(user) || (isMap(user) && user.anchor !== undefined)) throw shared(name);
    if (!isMap(user)) throw new HostError("not_found", `there is no user ${name}`);
    return user;
  }
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

const inlineTypes: readonly string[] = ["PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE"];

/** A value as the one that it replaces was written; quoted where it must be. */
function written(value: string | boolean, type: string | undefined): string {
  if (typeof value === "boolean") return String(value);
  // Argon2 hashes have commas, which end a plain value inside braces: what was plain there is quoted.
  if (type === "PLAIN" && /^\$[A-Za-z0-9$=+/.-]+$/.test(value)) return value;
  return type === "QUOTE_SINGLE" ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
}

/** What of a file's style the YAML library lets us keep. */
function styleOf(text: string): ToStringOptions {
  return {
    lineWidth: 0,
    indentSeq: !/^( *)\S.*:\s*\n\1- /m.test(text),
    flowCollectionPadding: /[[{] /.test(text),
  };
}

/** Somebody else may write at the same time; after so many times it is not by chance. */
const attempts = 10;
/** Another writer of ours is waited for so long, and then taken for dead. Milliseconds. */
const lockPatience = 10_000;
const lockPoll = 20;

/** Changes what is in the file. Returns false when there is nothing to change. */
type Edit = (users: UsersEdit) => boolean;

/**
 * Changes a users file. `edit` is called again when somebody else wrote the file meanwhile; `check` throws when the new text
 * is not a good users file. Throws what they throw, and HostError "storage" when the file cannot be written.
 */
export async function editUsersFile(file: string, edit: Edit, check: (text: string) => void): Promise<void> {
  await asWriter(file, (target) => {
    for (let attempt = 0; attempt < attempts; attempt++) if (tryEdit(target, edit, check)) return;
    throw new HostError("storage", `${file} cannot be changed: somebody else keeps writing it`);
  });
}

/** Finishes a change that a crash has cut off. Throws HostError "storage" when the file cannot be written. */
export async function finishUsersFile(file: string): Promise<void> {
  if (hasChangeUnderWay(file)) await asWriter(file, () => {});
}

/** Why a users file cannot be changed by this process, or undefined when it can. */
export async function obstacleToChanges(file: string): Promise<string | undefined> {
  const whyNotWritable = (path: string) =>
    access(path, constants.W_OK).then(
      () => undefined,
      ({ code }: NodeJS.ErrnoException) => `${path} cannot be written (${code})`,
    );
  try {
    const target = await realpath(file);
    if ((await stat(target)).nlink === 0) return replaced(file);
    return (await whyNotWritable(target)) ?? (await whyNotWritable(dirname(target)));
  } catch (error) {
    return `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** What is mounted singly stays the old file when somebody outside gives its name to another one, as most editors do. */
function replaced(file: string): string {
  return `${file} has been replaced outside of this container, which sees the old one: mount its folder`;
}

/** False when somebody else wrote the file meanwhile: then nothing was done. */
function tryEdit(target: string, edit: Edit, check: (text: string) => void): boolean {
  const before = readFileSync(target);
  const text = before.toString("utf8");
  check(text);
  const users = new UsersEdit(text);
  if (!edit(users)) return true;
  const after = users.text;
  check(after);
  return changeFile(target, before, Buffer.from(after));
}

/** Runs what changes the file when nobody else of ours does, on a whole file. */
async function asWriter(file: string, run: (target: string) => void): Promise<void> {
  try {
    // A link stays a link: what it points to is replaced.
    const target = realpathSync(file);
    await withLock(`${target}.lock`, () => {
      const status = statSync(target);
      if (status.nlink === 0) throw new HostError("storage", replaced(file));
      // A pipe would hold the process until somebody wrote to it.
      if (!status.isFile()) throw new HostError("storage", `${file} cannot be changed: it is no file`);
      finishChange(target);
      run(target);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof HostError || typeof code !== "string" || !("syscall" in (error as object))) throw error;
    const reason = code === "ENOENT" ? "there is no such file" : code;
    throw new HostError("storage", `${file} cannot be changed: ${reason}`, { cause: error });
  }
}

/** Keeps our own writers apart: hosts, and the command line. */
async function withLock(lock: string, run: () => void): Promise<void> {
  const end = performance.now() + lockPatience;
  while (!takeLock(lock)) {
    if (performance.now() > end) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, lockPoll));
  }
  try {
    run();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx", 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function shared(name: string): HostError {
  return new HostError("usage", `the entry of ${name} shares parts with others (& and *): change it by hand`);
}
