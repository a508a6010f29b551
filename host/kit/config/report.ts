// Collects the problems of a config file and finds their places, also of values that were written under another name.
import { formatPath, type Path, type Position, type Problem } from "../yaml/problem.ts";

/** Where a value was really given, when that is not the key it is read under. */
export interface Origin {
  /** The key in the file, when there is one. */
  readonly written?: Path;
  /** Added to messages: "environment variable ZEROHOP_STORAGE_ENCRYPTION_KEY". */
  readonly label?: string;
}

/** One file or several, which know where what they say is written. */
interface Places {
  place(path: Path, part?: "key" | "value"): Position & { readonly file: string };
}

export class Report {
  readonly #places: Places;
  readonly #origins = new Map<string, Origin>();
  readonly #problems = new Map<string, Problem>();
  readonly #warnings: Problem[] = [];

  constructor(places: Places) {
    this.#places = places;
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** What is no mistake, and yet not what was meant. */
  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  warn(path: Path, message: string): void {
    this.#warnings.push({ ...this.#places.place(path, "key"), path: formatPath(path), message });
  }

  setOrigin(path: Path, origin: Origin): void {
    this.#origins.set(formatPath(path), origin);
  }

  /** Adds a problem. Of several about one path only the first is kept: the later ones follow from it. */
  add(path: Path, message: string, part: "key" | "value" = "value"): void {
    const written = this.#writtenAt(path);
    const label = this.#labelOf(path);
    const name = formatPath(written);
    if (this.#problems.has(name)) return;
    this.#problems.set(name, {
      ...this.#places.place(written, part),
      path: name,
      message: label ? `${message} (${label})` : message,
    });
  }

  /** Where a value is written: there, or below what was moved from elsewhere. */
  #writtenAt(path: Path): Path {
    for (let length = path.length; length > 0; length--) {
      const written = this.#origins.get(formatPath(path.slice(0, length)))?.written;
      if (written) return [...written, ...path.slice(length)];
    }
    return path;
  }

  /** Of the value at a path, or of the innermost one that it is a part of and that was given elsewhere. */
  #labelOf(path: Path): string | undefined {
    for (let length = path.length; length > 0; length--) {
      const origin = this.#origins.get(formatPath(path.slice(0, length)));
      if (origin) return origin.label;
    }
    return undefined;
  }
}
