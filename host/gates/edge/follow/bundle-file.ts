// The file that a proxy's plugin reads its bundle from. It is replaced whole: whoever reads it finds the old bundle or the new
// one, also after a crash.
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HostError } from "../../../kit/errors.ts";
import { syncFolder } from "../../../kit/sync-folder.ts";
import { type BundleStamp, isNewer, type RootKey, verifyBundle } from "./verify-bundle.ts";

export class BundleFile {
  readonly path: string;
  readonly #mode: number;
  readonly #rootKeys: readonly RootKey[];

  constructor(path: string, mode: number, rootKeys: readonly RootKey[]) {
    this.path = path;
    this.#mode = mode;
    this.#rootKeys = rootKeys;
  }

  /** The version of the bundle in the file; undefined when the file has none that a root key has signed. */
  get stamp(): BundleStamp | undefined {
    try {
      return verifyBundle(readFileSync(this.path, "utf8").trim(), this.#rootKeys);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unusable(this.path, error);
    }
  }

  /** Puts a bundle there, unless the one there is newer. What became of it, in a word. Throws HostError "storage". */
  offer(jws: string): "written" | "unchanged" | "older" | "forged" {
    const offered = verifyBundle(jws, this.#rootKeys);
    if (!offered) return "forged";
    const current = this.stamp;
    if (isNewer(offered, current)) {
      this.#replace(jws);
      return "written";
    }
    return isNewer(current!, offered) ? "older" : "unchanged";
  }

  #replace(jws: string): void {
    const folder = dirname(this.path);
    // Hidden, and of this process alone; what one that was killed has left is in nobody's way.
    const draft = join(folder, `.${basename(this.path)}.${process.pid}`);
    try {
      rmSync(draft, { force: true });
      const file = openSync(draft, "wx", this.#mode);
      try {
        fchmodSync(file, this.#mode);
        writeFileSync(file, `${jws}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, this.path);
      syncFolder(folder);
    } catch (error) {
      rmSync(draft, { force: true });
      throw unusable(this.path, error);
    }
  }
}

function unusable(path: string, error: unknown): HostError {
  return new HostError("storage", `the bundle file ${path} can't be used: ${(error as Error).message}`);
}
