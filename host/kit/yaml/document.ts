// A YAML file read whole, with the line and column of everything in it.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { readRegularFile, whyUnreadable } from "../files/read-file.ts";
import { InvalidFileError, type Path, type Position, type Problem } from "./problem.ts";

/** Files are written by people; what is larger than this is a mistake or an attack. Bytes. */
const sizeLimit = 8 * 1024 * 1024;

/** How often aliases (`*name`) may multiply a part of the document before it counts as a YAML bomb. */
const aliasLimit = 100;

/** Mistakes in the syntax cause others further down; so many are shown. */
const mistakeLimit = 10;

type ParsedDocument = Document.Parsed | Document<Node>;

export class YamlDocument {
  readonly file: string;
  /** The document as plain data: what JSON.parse would give for the same content. */
  readonly value: unknown;
  readonly #document: ParsedDocument;
  readonly #lines: LineCounter;
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair>>();

  private constructor(file: string, value: unknown, document: ParsedDocument, lines: LineCounter) {
    this.file = file;
    this.value = value;
    this.#document = document;
    this.#lines = lines;
  }

  /** Reads and parses a file. Throws InvalidFileError when it cannot be read or is not YAML. */
  static read(file: string, bytesOf: (file: string) => Buffer = readRegularFile): YamlDocument {
    return YamlDocument.parse(file, readText(file, bytesOf));
  }

  /** Parses YAML 1.2 (and the `<<` merge key). Duplicate keys, unknown tags and alias bombs are errors. */
  static parse(file: string, text: string): YamlDocument {
    const [first, second] = parseStream(file, text, false);
    const { value, document, lines } = first!;
    if (second)
      throw invalid(file, lines, [{ pos: [second.document.range?.[0] ?? 0], message: "more than one document" }]);
    return new YamlDocument(file, value, document, lines);
  }

  /**
   * Parses a stream of documents (`---`), without the empty ones. Tags that only the reader of the file knows, such as
   * `!reset` of Compose, are passed over.
   */
  static parseAll(file: string, text: string): YamlDocument[] {
    return parseStream(file, text, true)
      .filter(({ value }) => value !== null)
      .map(({ value, document, lines }) => new YamlDocument(file, value, document, lines));
  }

  /**
   * Where a path is written: its value, or its key when `part` is "key". A path that is not in the file is located at
   * the innermost part of it that is.
   */
  locate(path: Path, part: "key" | "value" = "value"): Position {
    const { node, key, found } = this.#at(path);
    const preferKey = part === "key" || found < path.length || isEmpty(node);
    return at(this.#lines, start(preferKey ? key : node) ?? 0);
  }

  /** The same, with the file. */
  place(path: Path, part: "key" | "value" = "value"): Position & { readonly file: string } {
    return { file: this.file, ...this.locate(path, part) };
  }

  /** The tag that is written before the value at a path, as `!reset`. */
  tagAt(path: Path): string | undefined {
    const { node, found } = this.#at(path);
    return found === path.length && (isScalar(node) || isMap(node) || isSeq(node)) ? node.tag : undefined;
  }

  /** The node at a path, or at as many of its steps as there are. */
  #at(path: Path): { readonly node: unknown; readonly key: unknown; readonly found: number } {
    let node: unknown = this.#document.contents;
    let key: unknown;
    let found = 0;
    for (const step of path) {
      const parent = isAlias(node) ? node.resolve(this.#document) : node;
      if (isMap(parent)) {
        const pair = this.#pairOf(parent, step);
        if (!pair) break;
        key = pair.key;
        node = pair.value;
      } else if (isSeq(parent) && typeof step === "number" && step < parent.items.length) {
        node = key = parent.items[step];
      } else break;
      found++;
    }
    return { node, key, found };
  }

  /** A key's pair in a mapping, or in those that it takes in by the merge key. */
  #pairOf(map: YAMLMap, key: string | number): Pair | undefined {
    let pairs = this.#pairs.get(map);
    if (!pairs) {
      pairs = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[pair.key.value, pair] as const] : [])));
      this.#pairs.set(map, pairs);
    }
    const own = pairs.get(key);
    if (own) return own;
    for (const { key: name, value } of map.items) {
      if (!isScalar(name) || name.value !== "<<") continue;
      for (const part of isSeq(value) ? value.items : [value]) {
        const merged = isAlias(part) ? part.resolve(this.#document) : part;
        const found = isMap(merged) ? this.#pairOf(merged, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }
}

interface Parsed {
  readonly value: unknown;
  readonly document: ParsedDocument;
  readonly lines: LineCounter;
}

function parseStream(file: string, text: string, passOverTags: boolean): Parsed[] {
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // The parser compares each key with each: `repeatedKeys` finds the same in one pass.
      uniqueKeys: false,
      merge: true,
      // No !!set, !!binary and their like: JSON has no such values.
      resolveKnownTags: false,
      logLevel: "error",
    });
    // Of an empty text the parser makes no document.
    const parsed: ParsedDocument[] = Array.isArray(documents) && documents.length > 0 ? documents : [parseDocument("")];
    return parsed.map((document) => {
      const warnings = document.warnings.filter(({ code }) => !passOverTags || code !== "TAG_RESOLVE_FAILED");
      const mistakes = [...document.errors, ...warnings, ...repeatedKeys(document), ...endlessAliases(document)];
      if (mistakes.some(({ message }) => /stack/i.test(message))) throw new RangeError();
      if (mistakes.length > 0) throw invalid(file, lines, mistakes, text);
      return { value: document.toJS({ maxAliasCount: aliasLimit }), document, lines };
    });
  } catch (error) {
    if (error instanceof InvalidFileError) throw error;
    // The parser recurses: a document nested hundreds of levels deep exhausts the stack.
    const message = error instanceof RangeError ? "nested too deeply" : (error as Error).message;
    throw invalid(file, lines, [{ pos: [0], message }]);
  }
}

function invalid(file: string, lines: LineCounter, mistakes: readonly Mistake[], text = ""): InvalidFileError {
  const problems = mistakes
    .slice(0, mistakeLimit)
    .map(({ pos, message }) => ({ file, ...at(lines, pos[0]), path: "(yaml)", message: sentence(message) }));
  return new InvalidFileError(withTemplatesNamed(problems, text.split("\n")));
}

/** Mistakes on a line with a template, which is no YAML, become one that says so. */
function withTemplatesNamed(problems: readonly Problem[], lines: readonly string[]): readonly Problem[] {
  const named = problems.map((problem) => {
    const column = (lines[problem.line - 1] ?? "").indexOf("{{") + 1;
    const message = "is a template ({{ … }}), and Zerohop fills none in; write what it stands for";
    return column === 0 ? problem : { ...problem, column, message };
  });
  const templates = named.filter(({ message }, index) => message !== problems[index]!.message);
  // What follows a template is hardly ever a mistake of its own.
  return (templates.length > 0 ? templates : named).filter(
    ({ line, column }, index, all) =>
      index === all.findIndex((other) => other.line === line && other.column === column),
  );
}

interface Mistake {
  readonly pos: readonly [number, ...number[]];
  readonly message: string;
}

/** The second and later of equal keys in a mapping, but for merge keys. */
function repeatedKeys(document: ParsedDocument): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === "<<") continue;
        if (seen.has(key.value)) mistakes.push({ pos: [start(key) ?? 0], message: "Map keys must be unique" });
        seen.add(key.value);
      }
    },
  });
  return mistakes;
}

/** Aliases inside of what they stand for: the value would have no end. */
function endlessAliases(document: ParsedDocument): Mistake[] {
  const mistakes: Mistake[] = [];
  // An alias stands for the last node before it that has its name (YAML 1.2, section 7.1).
  const anchored = new Map<string, unknown>();
  visit(document, {
    Node(_, node, ancestors) {
      if (!isAlias(node)) {
        if (node.anchor) anchored.set(node.anchor, node);
      } else if (ancestors.includes(anchored.get(node.source) as (typeof ancestors)[number]))
        mistakes.push({ pos: [start(node) ?? 0], message: `*${node.source} stands inside of what it stands for` });
    },
  });
  return mistakes;
}

function readText(file: string, bytesOf: (file: string) => Buffer): string {
  const refuse = (message: string) =>
    new InvalidFileError([{ file, line: 1, column: 1, path: "(file)", message: `cannot be read: ${message}` }]);
  let bytes: Buffer;
  try {
    bytes = bytesOf(file);
  } catch (error) {
    throw refuse(whyUnreadable(error));
  }
  if (bytes.length > sizeLimit) throw refuse(`larger than ${sizeLimit / 1024 / 1024} MiB`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("it is not UTF-8 text");
  }
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Whether nothing is written after a key. */
function isEmpty(node: unknown): boolean {
  const { range } = (node ?? {}) as Partial<Node>;
  return !range || range[0] === range[1];
}

/** The parser's own wording, on one line. */
function sentence(message: string): string {
  return message.replace(/\s+/g, " ").trim();
}
