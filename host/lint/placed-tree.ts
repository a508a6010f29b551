// A tree that is put together from parts of other files: labels, TOML, Kubernetes objects. Each part knows where it was written.
import type { Path, Position } from "../kit/yaml/problem.ts";
import { type Entry, isMapping, type TreeDocument } from "./entry.ts";

/** Where a part was written: a place in the file, or an entry of another document of it, below which that document tells. */
export type Source = Position | Entry;

/** Deeper than any configuration, and larger than any list of one. */
const depthLimit = 50;
const indexLimit = 1000;

export class PlacedTree implements TreeDocument {
  readonly file: string;
  readonly value: Record<string | number, unknown> = emptyMapping();
  readonly #sources = new Map<string, Source>();

  constructor(file: string, source: Source = { line: 1, column: 1 }) {
    this.file = file;
    this.#sources.set(keyOf([]), source);
  }

  /**
   * Puts a value in, and mappings and lists around it where there are none. What stood in its way is replaced. Without a
   * value it is a mapping that others are put into, or that is there.
   */
  set(path: Path, value: unknown, source: Source): void {
    if (path.length === 0 || path.length > depthLimit) return;
    let parent: Record<string | number, unknown> = this.value;
    for (const [index, step] of path.entries()) {
      if (typeof step === "number" && step > indexLimit) return;
      const prefix = keyOf(path.slice(0, index + 1));
      if (!this.#sources.has(prefix)) this.#sources.set(prefix, source);
      if (index === path.length - 1) parent[step] = value ?? (isMapping(parent[step]) ? parent[step] : emptyMapping());
      else {
        const below = parent[step];
        if (!isMapping(below) && !Array.isArray(below))
          parent[step] = typeof path[index + 1] === "number" ? [] : emptyMapping();
        parent = parent[step] as Record<string | number, unknown>;
      }
    }
    this.#sources.set(keyOf(path), source);
  }

  /** What is at a path, whose keys are written as they were put in. */
  at(path: Path): unknown {
    let value: unknown = this.value;
    for (const step of path) value = typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
    return value;
  }

  locate(path: Path, part: "key" | "value" = "value"): ReturnType<TreeDocument["locate"]> {
    for (let length = path.length; length >= 0; length--) {
      const source = this.#sources.get(keyOf(path.slice(0, length)));
      if (!source) continue;
      if (!("document" in source)) return source;
      const { document } = source;
      return { file: document.file, ...document.locate([...source.path, ...path.slice(length)], part) };
    }
    return { line: 1, column: 1 };
  }
}

/** Without a prototype, so that no key is one of its members. */
function emptyMapping(): Record<string | number, unknown> {
  return Object.create(null) as Record<string | number, unknown>;
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
