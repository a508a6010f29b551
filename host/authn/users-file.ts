// Users from a file in the form of Authelia's users_database.yml.
import { z } from "zod";
import { YamlDocument } from "../yaml/document.ts";
import { formatPath, InvalidFileError, type Problem } from "../yaml/problem.ts";
import { describe, leaf, Mistake, section, validate } from "../yaml/schema.ts";
import {
  type Argon2Hash,
  type Argon2Parameters,
  defaultParameters,
  parseArgon2,
  unmatchableHash,
  verifyArgon2,
} from "./argon2.ts";
import type { User, UserDirectory, Verification } from "./user-directory.ts";
import { QueueFull, WorkQueue } from "./work-queue.ts";

interface Entry {
  readonly user: User;
  readonly hash: Argon2Hash;
  readonly disabled: boolean;
}

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

export class UsersFile implements UserDirectory {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #unknown: Argon2Hash;
  readonly #queue: WorkQueue;

  private constructor(entries: ReadonlyMap<string, Entry>, queue: WorkQueue) {
    this.#entries = entries;
    this.#queue = queue;
    this.#unknown = unmatchableHash(commonest([...entries.values()].map(({ hash }) => hash.parameters)));
  }

  /** Reads and checks a users file. Throws InvalidFileError with every problem. */
  static read(file: string, queue = passwordWorkQueue()): UsersFile {
    const document = YamlDocument.read(file);
    const problems: Problem[] = [];
    const report = (path: readonly (string | number)[], message: string, part: "key" | "value") =>
      problems.push({ file, ...document.locate(path, part), path: formatPath(path), message });

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
    return new UsersFile(new Map(entries), queue);
  }

  async verify(name: string, password: string): Promise<Verification> {
    const entry = this.#entries.get(name);
    let matches: boolean;
    try {
      matches = await this.#queue.run(() => verifyArgon2(password, entry?.hash ?? this.#unknown));
    } catch (error) {
      if (error instanceof QueueFull) return { outcome: "unavailable", reason: "too many logins at once" };
      throw error;
    }
    if (!entry) return { outcome: "refused", reason: "unknown user" };
    if (entry.disabled) return { outcome: "refused", reason: "disabled user" };
    return matches ? { outcome: "verified", user: entry.user } : { outcome: "refused", reason: "wrong password" };
  }

  async find(name: string): Promise<User | undefined> {
    const entry = this.#entries.get(name);
    return entry?.disabled ? undefined : entry?.user;
  }
}

/** The parameters that most hashes have: an unknown user must cost what a known one does. */
function commonest(all: readonly Argon2Parameters[]): Argon2Parameters {
  const counts = new Map<string, number>();
  let best = defaultParameters;
  for (const parameters of all) {
    const key = JSON.stringify(parameters);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > (counts.get(JSON.stringify(best)) ?? 0) || counts.size === 1) best = parameters;
  }
  return best;
}

function namesIn(value: unknown): readonly string[] {
  const users = (value as { users?: unknown } | null | undefined)?.users;
  return typeof users === "object" && users !== null && !Array.isArray(users) ? Object.keys(users) : [];
}

/** User names become a header and a part of host names. */
function mistakeInName(name: string): string | undefined {
  if (name === "" || name.length > 255) return "a user name has 1 to 255 characters";
  // Objects that are read from JSON or YAML cannot be relied on to hold this key.
  if (name === "__proto__") return "is not possible as a user name";
  if (name !== name.trim()) return "a user name must not begin or end with a space";
  return hasControlCharacter(name) ? "a user name must not contain control characters" : undefined;
}

function parseText(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new Mistake(`must be ${what}, not ${describe(value)}`);
  if (hasControlCharacter(value)) throw new Mistake("must not contain control characters");
  return value;
}

function parseGroup(value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new Mistake(`must be the name of a group, not ${describe(value)}`);
  if (hasControlCharacter(value)) throw new Mistake("must not contain control characters");
  // Backends get the groups in one header, joined by commas.
  if (value.includes(",")) throw new Mistake(`must not contain a comma: ${describe(value)}`);
  return value;
}

function parseHash(value: unknown): Argon2Hash {
  if (value === undefined || value === null || value === "")
    throw new Mistake("is required: a hash that zerohop hash-password prints");
  try {
    return parseArgon2(String(value));
  } catch (error) {
    throw new Mistake((error as Error).message);
  }
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}|[\u2028\u2029]/u.test(text);
}
