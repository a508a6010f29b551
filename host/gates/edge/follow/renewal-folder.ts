// The folder by which a plugin in Traefik, which can call nobody, has sessions renewed (assembly/http-wasm/renewals.ts):
//
//   asked/3F2        a token, the client's address and its user agent, a line each: made by the plugin, removed here
//   answered/SID     `STATUS IAT SET-COOKIE`, where it belongs to it a user's profile in the next lines: made here, whole, and removed
//
// There are tokens in it: it is this user's alone, who is Traefik's as well.
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../../../kit/errors.ts";
import { longestLease } from "../../../session/lease.ts";
import { longestToken } from "../../../session/token.ts";

/** A session that the plugin has verified and wants renewed. */
export interface Note {
  readonly name: string;
  readonly token: string;
  readonly address: string;
  readonly userAgent: string;
  readonly sid: string;
  /** When the token was issued. Seconds since the epoch. */
  readonly issuedAt: number;
}

/** What the host said. */
export interface Answer {
  readonly status: number;
  readonly cookie?: string | undefined;
  readonly profile?: string | undefined;
}

const longestNote = 8192;
/** What a plugin that was killed has left half written is removed after this. Milliseconds. */
const halfWritten = 5000;

export class RenewalFolder {
  readonly path: string;
  readonly #asked: string;
  readonly #answered: string;

  constructor(path: string) {
    this.path = path;
    this.#asked = join(path, "asked");
    this.#answered = join(path, "answered");
  }

  /**
   * Makes what is missing of it, and takes from others what they could do in one that is there. Returns whether they could do anything.
   * Throws HostError "usage" where it is not this user's alone and cannot become it.
   */
  async make(): Promise<boolean> {
    let wasOpen = false;
    for (const folder of [this.path, this.#asked, this.#answered]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (await closeToOthers(folder)) wasOpen = true;
    }
    return wasOpen;
  }

  /** The names of the notes. */
  async names(): Promise<readonly string[]> {
    return (await readdir(this.#asked)).filter((name) => /^[0-9A-F]{3}$/.test(name));
  }

  /** A note; undefined when it is gone, not whole yet, or none: then it is removed. One that has waited for too long is none. */
  async read(name: string): Promise<Note | undefined> {
    const path = join(this.#asked, name);
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      () => undefined,
    );
    if (!file) return undefined;
    try {
      const { mtimeMs, size } = await file.stat();
      const age = Date.now() - mtimeMs;
      const text = size <= longestNote ? await file.readFile("latin1") : "";
      const [token = "", address = "", userAgent = "", end] = text.split("\n");
      if (end === undefined && age < halfWritten) return undefined;
      const claims = token.length <= longestToken ? claimsOf(token) : undefined;
      if (claims && end !== undefined && age < longestLease * 1000)
        return { name, token, address, userAgent, ...claims };
    } finally {
      await file.close();
    }
    await this.remove(name);
    return undefined;
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#asked, name), { force: true });
  }

  /** Lays an answer down, whole, and removes the note. */
  async answer(note: Note, { status, cookie = "", profile }: Answer): Promise<void> {
    const draft = join(this.#answered, `.${note.sid}.${process.pid}`);
    const text = `${status} ${(cookie && claimsOf(cookie.split(/[=;]/)[1] ?? "")?.issuedAt) || note.issuedAt} ${cookie}`;
    await writeFile(draft, profile === undefined ? text : `${text}\n${profile}`, { mode: 0o600 });
    await rename(draft, join(this.#answered, note.sid));
    await this.remove(note.name);
  }

  /** Removes answers that no plugin takes any more. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#answered)) {
      const path = join(this.#answered, name);
      const written = await stat(path).catch(() => undefined);
      if (written && Date.now() - written.mtimeMs > longestLease * 1000) await rm(path, { force: true });
    }
  }
}

/** A link is not followed: whoever could lay one here would have the mode of a folder elsewhere changed. */
async function closeToOthers(path: string): Promise<boolean> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = await folder.stat();
    if (process.getuid && uid !== process.getuid())
      throw new HostError("usage", `${path} belongs to another user (${uid}) than the one that runs this`);
    if ((mode & 0o077) === 0) return false;
    await folder.chmod(0o700);
    if (((await folder.stat()).mode & 0o077) !== 0)
      throw new HostError(
        "usage",
        `others can read or write ${path}, and its file system does not let that be changed`,
      );
    return true;
  } finally {
    await folder.close();
  }
}

/** Session and time of issue of a token, which the host verifies; undefined when it is none whose answer can be named after it. */
function claimsOf(token: string): Pick<Note, "sid" | "issuedAt"> | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const { sid, iat } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const isNamed = typeof sid === "string" && /^[\w-]{1,64}$/.test(sid) && Number.isSafeInteger(iat) && iat >= 0;
    return isNamed ? { sid, issuedAt: iat } : undefined;
  } catch {
    return undefined;
  }
}
