// Reads an nginx configuration with the files that it includes.
import { existsSync, globSync, lstatSync, readlinkSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { isFile, type MissingFile, readIncluded, type WithIncludedFiles } from "../included-files.ts";
import { type ConfigurationFile, mappedName, type Root } from "../kind.ts";
import type { Place, SyntaxMistake } from "../rule.ts";
import { type Directive, parseNginx } from "./syntax.ts";

/** Sites with a thousand applications include two files in each. */
const includeLimit = 10_000;
/** Of a configuration with all that it includes. Characters. */
const lengthLimit = 16 * 1024 * 1024;

/** Files of nginx's own, and of certbot, that say nothing about the gate. */
const harmless =
  /(^|\/)(mime\.types|fastcgi\.conf|(fastcgi|uwsgi|scgi)_params|koi-(win|utf)|win-utf|options-ssl-nginx\.conf)$/;

/** Parses a file and puts the directives of the files it includes in the place of the `include`. */
export function readWithIncludes({ file, text, roots }: ConfigurationFile): WithIncludedFiles<Directive> {
  const mistakes: SyntaxMistake[] = [];
  const missing: MissingFile[] = [];
  const texts = new Map([[file, text]]);
  const trees = new Map<string, readonly Directive[]>();
  const folders = new Folders(file, roots);
  /** Each file counts as often as it is included. */
  let [files, characters] = [1, text.length];

  /** Each file once, however often it is included. */
  function parsed(name: string, text: string): readonly Directive[] {
    const tree = trees.get(name);
    if (tree) return tree;
    const { directives, mistakes: found } = parseNginx(name, text);
    mistakes.push(...found);
    trees.set(name, directives);
    return directives;
  }

  function expand(directives: readonly Directive[], including: readonly string[], from?: Place): Directive[] {
    return directives.flatMap((written) => {
      const directive = from ? { ...written, from } : written;
      if (directive.block) return { ...directive, block: expand(directive.block, including, from) };
      const [pattern] = directive.words;
      if (directive.name !== "include" || pattern === undefined || harmless.test(pattern)) return directive;
      const miss = (name: string, why: string): Directive => {
        missing.push({ ...placeOf(directive), pattern: name, why });
        // It stays in its place, for rules to see where something is missing.
        return { ...directive, name: unreadInclude };
      };
      const found = folders.find(pattern);
      if (found === undefined) return miss(pattern, "is not on this machine");
      return found.flatMap((name) => {
        if (including.includes(name)) {
          miss(name, "is included by itself, with which nginx does not start");
          return [];
        }
        if (++files > includeLimit) return miss(name, `is one of more than ${includeLimit} includes`);
        const known = texts.get(name);
        const read = known === undefined ? readIncluded(name) : { text: known };
        if ("why" in read) return miss(name, read.why);
        characters += read.text.length;
        if (characters > lengthLimit)
          return miss(name, "makes the whole longer than any configuration that people write");
        texts.set(name, read.text);
        return expand(parsed(name, read.text), [...including, name], {
          ...placeOf(directive),
          ...(from ? { from } : {}),
        });
      });
    });
  }

  return { directives: expand(parsed(file, text), [file]), mistakes, missing, texts };
}

/** The name of a directive that stands for an include of which nothing is known. */
export const unreadInclude = "include (unread)";

/** Links that lead to links. */
const linkLimit = 40;

/** Finds the files that nginx would read, on this machine. */
class Folders {
  readonly #roots: readonly Root[];
  /** The folders above the file, the nearest first. */
  readonly #above: readonly string[];
  /** The folder that relative names are relative to: that of nginx.conf. */
  readonly #prefix: string;
  readonly #hasMain: boolean;

  constructor(file: string, roots: readonly Root[]) {
    this.#roots = roots;
    const folder = dirname(file);
    const above = [folder];
    for (let at = resolve(folder); at !== dirname(at); at = dirname(at)) above.push(dirname(at));
    this.#above = above;
    const main = above.find((candidate) => existsSync(join(candidate, "nginx.conf")));
    this.#hasMain = main !== undefined;
    this.#prefix = main ?? folder;
  }

  /** The files that a name or pattern stands for; undefined when a file, or the folder of a pattern, is not there. */
  find(pattern: string): string[] | undefined {
    if (pattern.includes("\0")) return undefined;
    let empty: string[] | undefined;
    for (const candidate of this.#candidates(pattern)) {
      const found = filesOf(candidate)?.map((name) => this.#behindLinks(name));
      if (found && found.length > 0) return found;
      empty ??= found;
    }
    return empty;
  }

  /**
   * Where a name may lead. A relative one is relative to the folder of nginx.conf. What --root maps is there and nowhere else. Another
   * absolute one is where it says, or in a copy of that folder: one with its name beside the file or around it. nginx.conf itself
   * lies in a copy of a folder called nginx.
   */
  #candidates(pattern: string): string[] {
    if (!isAbsolute(pattern)) return [join(this.#prefix, pattern)];
    const mapped = mappedName(this.#roots, pattern);
    if (mapped !== undefined) return [mapped];
    const candidates = [pattern];
    for (let folder = dirname(pattern); folder !== dirname(folder); folder = dirname(folder)) {
      const name = basename(folder);
      const rest = relative(folder, pattern);
      if (/[*?[]/.test(name)) continue;
      const around = this.#above.find((above) => basename(resolve(above)) === name);
      candidates.push(join(this.#prefix, name, rest));
      if (around !== undefined) candidates.push(join(around, rest));
      else if (name === "nginx" && this.#hasMain) candidates.push(join(this.#prefix, rest));
    }
    return candidates;
  }

  /** What a name leads to: absolute links of another machine lead to where its folders are here. */
  #behindLinks(name: string): string {
    let at = name;
    for (let links = 0; links < linkLimit && isLink(at); links++) {
      const target = readlinkSync(at);
      const next = isAbsolute(target) ? this.#candidates(target).find((candidate) => isFile(candidate)) : undefined;
      if (next === undefined || next === target) break;
      at = next;
    }
    return at;
  }
}

/** The files of a name or pattern; undefined when the file, or the folder of the pattern, is not there. */
function filesOf(candidate: string): string[] | undefined {
  const wildcard = candidate.search(/[*?[]/);
  if (wildcard < 0) return existsSync(candidate) ? [candidate] : undefined;
  if (!existsSync(candidate.slice(0, candidate.lastIndexOf(sep, wildcard) + 1) || ".")) return undefined;
  // To nginx, as to glob(3), ** is * and braces are themselves.
  const pattern = candidate
    .replaceAll(/\*{2,}/g, "*")
    .replace(/\[[^\]]*\]|[{}()!+@]/g, (part) => (part.length > 1 ? part : `[${part}]`));
  return globSync(pattern).sort();
}

function isLink(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function placeOf({ file, line, column, from }: Place): Place {
  return { file, line, column, ...(from ? { from } : {}) };
}
