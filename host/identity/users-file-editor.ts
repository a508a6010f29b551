// Changes a users file in place of its operator, and beside them: comments and order stay, the file is replaced whole or not
// at all, and what somebody else wrote meanwhile is never lost.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { access, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Document, isAlias, isMap, isScalar, parseDocument, type ToStringOptions, type YAMLMap } from "yaml";
import { HostError } from "../kit/errors.ts";
import { syncFolder } from "../kit/sync-folder.ts";

/** One user's keys, as they are written. Values are texts, flags or lists of texts. */
export type UserKeys = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A users file while it is changed. */
export class UsersEdit {
  readonly #document: Document;
  readonly #text: string;
  /** New values in the place of old ones, by where they begin: all else stays as it is, to the byte. */
  readonly #replacements = new Map<number, Replacement>();
  /** Whether there is more to it than other values. */
  #rebuilt = false;

  constructor(text: string) {
    this.#text = text;
    this.#document = parseDocument(text, { stringKeys: true, merge: true, logLevel: "error" });
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
    return this.#document.hasIn(["users", name]);
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
    const users = this.#document.get("users");
    if (isMap(users) && users.items.length === 0) users.flow = false;
    if (isMap(users)) users.set(name, this.#document.createNode(keys));
    else this.#document.set("users", this.#document.createNode({ [name]: keys }));
  }

  /** Throws HostError "not_found". */
  delete(name: string): void {
    this.#user(name);
    this.#rebuilt = true;
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
  try {
    // A link stays a link: what it points to is replaced.
    const target = realpathSync(file);
    await withLock(`${target}.lock`, () => {
      for (let attempt = 0; attempt < attempts; attempt++) if (tryEdit(target, edit, check)) return;
      throw new HostError("storage", `${file} cannot be changed: somebody else keeps writing it`);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof HostError || typeof code !== "string" || !("syscall" in (error as object))) throw error;
    const reason = code === "ENOENT" ? "there is no such file" : code;
    throw new HostError("storage", `${file} cannot be changed: ${reason}`, { cause: error });
  }
}

/** Whether we may write a file and its folder, in which its successor is made. */
export async function isReplaceable(file: string): Promise<boolean> {
  try {
    const target = await realpath(file);
    await Promise.all([access(target, constants.W_OK), access(dirname(target), constants.W_OK)]);
    return true;
  } catch {
    return false;
  }
}

/** False when somebody else wrote the file meanwhile: then nothing was done. */
function tryEdit(target: string, edit: Edit, check: (text: string) => void): boolean {
  const status = statSync(target);
  const before = readFileSync(target);
  const text = before.toString("utf8");
  check(text);
  const users = new UsersEdit(text);
  if (!edit(users)) return true;
  const after = users.text;
  check(after);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`);
  try {
    writeDurably(temporary, after, status);
    if (!readFileSync(target).equals(before)) return false;
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(target));
  return true;
}

/** Readable by nobody whom the old file was not readable by. */
function writeDurably(file: string, text: string, { mode, uid, gid }: Stats): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, text);
    try {
      fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
      // The process may not give the file its old owner. The new file's group is another one then, and gets no permissions.
      fchmodSync(descriptor, mode & 0o700);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
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
