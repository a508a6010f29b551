// Several YAML files as one document: the mappings of each are laid over those of the files before it, all else takes their place.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { YamlDocument } from "../yaml/document.ts";
import { InvalidFileError, type Path, type Position } from "../yaml/problem.ts";
import { isMapping, valueAt } from "./mapping.ts";

export class Layers {
  readonly #documents: readonly [YamlDocument, ...YamlDocument[]];
  /** What the files say together, as plain data of its own. */
  readonly value: unknown;

  private constructor(documents: readonly [YamlDocument, ...YamlDocument[]]) {
    this.#documents = documents;
    this.value = documents.map(({ value }) => structuredClone(value)).reduce(laidOver);
  }

  /** Reads the files that `filesOf` lists. Throws InvalidFileError. */
  static read(files: readonly string[]): Layers {
    const [first, ...more] = files.map((file) => YamlDocument.read(file));
    if (!first) throw new Error("no file is given");
    return new Layers([first, ...more]);
  }

  /** Where a value, or its key, is written: in the last file that has a say about it. */
  place(path: Path, part: "key" | "value" = "value"): Position & { readonly file: string } {
    let documents: readonly YamlDocument[] = this.#documents;
    for (let length = 1; length <= path.length; length++) {
      const step = path.slice(0, length);
      const having = documents.filter((document) => valueAt(document.value, step) != null);
      if (having.length === 0) break;
      // What is no mapping has taken the place of all before it, and is one file's alone.
      documents = isMapping(valueAt(having.at(-1)!.value, step)) ? having : having.slice(-1);
    }
    const document = documents === this.#documents ? this.#documents[0] : documents.at(-1)!;
    return { file: document.file, ...document.locate(path, part) };
  }
}

/** The files of names, of which folders stand for what ends in .yml or .yaml in them, by name. Throws InvalidFileError. */
export function filesOf(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    if (!isFolder(name)) return [name];
    const files = readdirSync(name).filter((file) => /\.ya?ml$/.test(file) && !file.startsWith("."));
    if (files.length > 0) return files.sort().map((file) => join(name, file));
    const message = "is a folder without a file that ends in .yml or .yaml";
    throw new InvalidFileError([{ file: name, line: 1, column: 1, path: "(file)", message }]);
  });
}

/** Whether a name is one of a folder; false where the system does not say. */
export function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch {
    // Who reads it says why it cannot be read.
    return false;
  }
}

/** `upper` over `lower`. A key without a value says nothing. */
function laidOver(lower: unknown, upper: unknown): unknown {
  if (upper === undefined || upper === null) return lower;
  if (!isMapping(lower) || !isMapping(upper)) return upper;
  const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries([...keys].map((key) => [key, laidOver(own(lower, key), own(upper, key))]));
}

function own(mapping: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}
