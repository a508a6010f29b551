// A kind of configuration: how its files are told from others', and what is looked for in one. Each proxy's folder has its own.
import { extname, join, relative } from "node:path";
import { YamlDocument } from "../kit/yaml/document.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import type { TreeDocument } from "./entry.ts";
import type { Finding, SyntaxMistake } from "./rule.ts";
import type { Site } from "./site.ts";
import { parseToml } from "./toml.ts";

export interface Kind {
  readonly ruleIds: readonly string[];
  /** Whether a file is of this kind, by what only this kind has in it. It never throws. */
  isLike(file: ConfigurationFile): boolean;
  /**
   * What rules find in a file. It is understood where it shows a place by which requests come in, or where what is missing for
   * that is among the findings, with the severity `unknown`. Throws InvalidFileError for a file of which nothing is understood.
   */
  lint(file: ConfigurationFile, beside: Beside): Linted;
  /** What the routers of other files can name of this one, whichever provider Traefik has it from; nothing of most kinds. */
  middlewaresFor?(file: ConfigurationFile): readonly NamedPart[];
}

/** What is known beside a file: what is linted in the same run, and what the host's configuration says. */
export interface Beside {
  readonly site: Site;
  readonly files: readonly ConfigurationFile[];
  /** Where middlewares of Traefik are defined in them, each file told by its kind. */
  middlewares(): readonly NamedPart[];
}

/** A tree with names in it, and the provider behind the `@` by which others refer to them. */
export interface NamedPart {
  readonly document: TreeDocument;
  readonly provider: string;
}

export interface Linted {
  readonly findings: readonly Finding[];
  /** Every file that was read, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Those of them of which only what the file refers to was looked at. */
  readonly partlyRead?: ReadonlySet<string>;
}

/** A folder of the proxy's machine or container, and where it is on this one. */
export interface Root {
  readonly there: string;
  readonly here: string;
}

/** Where a file of the proxy's machine is on this one, by the root that is nearest to it; undefined where none is around it. */
export function mappedName(roots: readonly Root[], name: string): string | undefined {
  const root = roots
    .filter(({ there }) => there === "/" || name === there || name.startsWith(`${there}/`))
    .reduce<Root | undefined>((best, one) => (best && best.there.length >= one.there.length ? best : one), undefined);
  return root && join(root.here, relative(root.there, name));
}

/** A file to be linted. */
export class ConfigurationFile {
  readonly file: string;
  readonly text: string;
  readonly roots: readonly Root[];
  #documents: readonly TreeDocument[] | undefined;

  constructor(file: string, text: string, roots: readonly Root[] = []) {
    this.file = file;
    this.text = text;
    this.roots = roots;
  }

  /** The file as trees, one for each document in it. Throws InvalidFileError when it is none. */
  get documents(): readonly TreeDocument[] {
    this.#documents ??= documentsOf(this.file, this.text);
    return this.#documents;
  }

  /** Whether a document of the file is what is looked for; not so in one that is no tree. */
  someDocument(holds: (value: unknown) => boolean): boolean {
    try {
      return this.documents.some(({ value }) => holds(value));
    } catch (error) {
      if (error instanceof InvalidFileError) return false;
      throw error;
    }
  }
}

export function documentsOf(file: string, text: string): readonly TreeDocument[] {
  return extname(file) === ".toml" ? [parseToml(file, text)] : YamlDocument.parseAll(file, text);
}

export function refusal(file: string, message: string): InvalidFileError {
  return new InvalidFileError([{ file, line: 1, column: 1, path: "(file)", message }]);
}

/** A file that says nothing that rules are about has not been found clean; it has not been looked at. */
export function notUnderstood(file: string, wanted: string): InvalidFileError {
  return refusal(file, `nothing of this was understood: there is no ${wanted}`);
}

/** Throws when a file cannot be read as what it is. */
export function refuseMistakes(path: string, mistakes: readonly SyntaxMistake[]): void {
  if (mistakes.length > 0) throw new InvalidFileError(mistakes.map((mistake) => ({ ...mistake, path })));
}
