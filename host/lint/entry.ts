// A value in a configuration file that is a tree (YAML, JSON, TOML), with the place it was written at.
import type { Path, Position } from "../kit/yaml/problem.ts";
import type { Place } from "./rule.ts";

/** A parsed file: plain data, and where each part of it is. */
export interface TreeDocument {
  readonly file: string;
  readonly value: unknown;
  /** With the file, where that is another than the document's. */
  locate(path: Path, part?: "key" | "value"): Position & { readonly file?: string };
  /** The tag that is written before a value, as `!reset`. */
  tagAt?(path: Path): string | undefined;
}

/** Whether a key of the file is the one that is looked for. Proxies differ in how freely keys may be spelled. */
export type SameKey = (written: string, wanted: string) => boolean;

export class Entry {
  readonly document: TreeDocument;
  readonly path: Path;
  readonly value: unknown;
  readonly #sameKey: SameKey;

  private constructor(document: TreeDocument, sameKey: SameKey, path: Path, value: unknown) {
    this.document = document;
    this.path = path;
    this.value = value;
    this.#sameKey = sameKey;
  }

  /** The whole of a document. */
  static root(document: TreeDocument, sameKey: SameKey): Entry {
    return new Entry(document, sameKey, [], document.value);
  }

  /** Whether something is written here. `null` counts as nothing. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Whether the key is written, even with nothing after it. */
  get written(): boolean {
    return this.value !== undefined;
  }

  /** A scalar as text; undefined for anything else. */
  get text(): string | undefined {
    const { value } = this;
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
  }

  get tag(): string | undefined {
    return this.document.tagAt?.(this.path);
  }

  get number(): number {
    return Number(this.text ?? Number.NaN);
  }

  get isTrue(): boolean {
    return this.value === true || this.value === "true";
  }

  get isFalse(): boolean {
    return this.value === false || this.value === "false";
  }

  /** The key this entry has in its mapping, or its index in its list. */
  get key(): string {
    return String(this.path.at(-1) ?? "");
  }

  /** What is below a chain of keys; an entry that does not exist when one of them is missing. */
  get(...keys: readonly string[]): Entry {
    let entry: Entry = this;
    for (const wanted of keys) {
      const { value } = entry;
      const isOther = isMapping(value) && !Object.hasOwn(value, wanted);
      const written = isOther ? (Object.keys(value).find((key) => this.#sameKey(key, wanted)) ?? wanted) : wanted;
      entry = entry.#child(written);
    }
    return entry;
  }

  /** The entries of a list, or of the values of a mapping; none of anything else. */
  entries(): Entry[] {
    if (Array.isArray(this.value)) return this.value.map((_, index) => this.#child(index));
    return isMapping(this.value) ? Object.keys(this.value).map((key) => this.#child(key)) : [];
  }

  /** The entries of a list; none of anything else. */
  list(): Entry[] {
    return Array.isArray(this.value) ? this.entries() : [];
  }

  /** The texts of a list, or the one text there is instead. */
  texts(): string[] {
    return this.text !== undefined ? [this.text] : this.list().flatMap(({ text }) => text ?? []);
  }

  /** Where this is written: its value or its key, or the nearest mapping around it when it is missing. */
  place(part: "key" | "value" = "key"): Place {
    const { line, column, file = this.document.file } = this.document.locate(this.path, part);
    return { file, line, column };
  }

  #child(step: string | number): Entry {
    const { value } = this;
    const below = Array.isArray(value)
      ? value[step as number]
      : isMapping(value) && Object.hasOwn(value, step)
        ? value[step]
        : undefined;
    return new Entry(this.document, this.#sameKey, [...this.path, step], below);
  }
}

/** An entry and everything below it, each once, whatever aliases make of the document. */
export function within(entry: Entry): Entry[] {
  const all = new Map<unknown, Entry>();
  const waiting = [entry];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== "object" || next.value === null || all.has(next.value)) continue;
    all.set(next.value, next);
    waiting.push(...next.entries().reverse());
  }
  return [...all.values()];
}

/** What is below a chain of keys in each of some entries, where that is true. */
export function whereTrue(entries: readonly Entry[], ...keys: readonly string[]): Entry[] {
  return entries.map((entry) => entry.get(...keys)).filter(({ isTrue }) => isTrue);
}

export function isMapping(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
