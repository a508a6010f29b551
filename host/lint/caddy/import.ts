// Puts what a Caddyfile imports in the place of the `import`: snippets, and the files of a name or pattern.
import { globSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileLimit, isFile, type MissingFile, readIncluded, type WithIncludedFiles } from "../included-files.ts";
import type { Place, SyntaxMistake } from "../rule.ts";
import { type Directive, parseCaddyfile } from "./syntax.ts";

/** Imports in imports. */
const depthLimit = 30;
/** Directives that all imports together make. */
const directiveLimit = 100_000;
/** The values of a snippet's placeholders. */
interface Arguments {
  readonly args: readonly string[];
  readonly block: readonly Directive[];
}

/** Parses a file. Names are relative to the file that imports them. */
export function readWithImports(file: string, text: string): WithIncludedFiles<Directive> {
  const mistakes: SyntaxMistake[] = [];
  const missing: MissingFile[] = [];
  const texts = new Map([[file, text]]);
  const snippets = new Map<string, readonly Directive[]>();
  let made = 0;

  function expand(directives: readonly Directive[], isTop: boolean, depth: number, given?: Arguments): Directive[] {
    return directives.flatMap((directive) => {
      if (++made > directiveLimit) {
        if (made === directiveLimit + 1)
          mistakes.push({ ...placeOf(directive), message: "imports make more of this than is read" });
        return [];
      }
      if (given && /^\{blocks?(\.[\w.-]+)?\}$/.test(directive.name)) return expand(given.block, isTop, depth + 1);
      const args = given ? directive.args.flatMap((arg) => filledIn(arg, given.args)) : directive.args;
      const [name = ""] = given ? filledIn(directive.name, given.args) : [directive.name];
      const snippet = /^\((.*)\)$/.exec(name);
      if (isTop && snippet) {
        snippets.set(snippet[1]!, directive.block ?? []);
        return [];
      }
      if (name === "import") return importOf(directive, args, isTop, depth, given);
      const { block, ...rest } = directive;
      return { ...rest, name, args, ...(block ? { block: expand(block, false, depth, given) } : {}) };
    });
  }

  function importOf(
    directive: Directive,
    args: readonly string[],
    isTop: boolean,
    depth: number,
    given?: Arguments,
  ): Directive[] {
    const [name = "", ...others] = args;
    if (depth > depthLimit) {
      mistakes.push({ ...placeOf(directive), message: "imports are nested too deeply" });
      made = directiveLimit + 1;
      return [];
    }
    const block = expand(directive.block ?? [], false, depth + 1, given);
    const snippet = snippets.get(name);
    if (snippet) return expand(snippet, isTop, depth + 1, { args: others, block });
    const files = filesOf(dirname(directive.file), name);
    const miss = (why: string) => void missing.push({ ...placeOf(directive), pattern: name, why });
    if (!files) miss("is not on this machine");
    return (files ?? []).flatMap((found) => {
      if (texts.size >= fileLimit) return [];
      const known = texts.get(found);
      const read = known === undefined ? readIncluded(found) : { text: known };
      if ("why" in read) {
        miss(read.why);
        return [];
      }
      texts.set(found, read.text);
      const parsed = parseCaddyfile(found, read.text);
      mistakes.push(...parsed.mistakes.slice(0, 10));
      return expand(parsed.directives, isTop, depth + 1, { args: others, block });
    });
  }

  const parsed = parseCaddyfile(file, text);
  mistakes.push(...parsed.mistakes);
  return { directives: expand(parsed.directives, true, 0), mistakes, missing, texts };
}

/** A token with `{args[0]}`, `{args.0}` and `{args[1:]}` filled in. */
function filledIn(token: string, args: readonly string[]): string[] {
  const slice = /^\{args\[(\d*):(\d*)\]\}$/.exec(token);
  if (slice) return args.slice(Number(slice[1] || 0), slice[2] ? Number(slice[2]) : undefined);
  return [
    token.replace(
      /\{args(?:\[(\d+)\]|\.(\d+))\}/g,
      (whole, a: string | undefined, b: string | undefined) => args[Number(a ?? b)] ?? whole,
    ),
  ];
}

/** The files that a name or pattern stands for; undefined when a named file is not there. */
function filesOf(folder: string, pattern: string): string[] | undefined {
  const name = isAbsolute(pattern) ? pattern : join(folder, pattern);
  if (/[*?[]/.test(name)) return globSync(name).filter(isFile).sort();
  return isFile(name) ? [name] : undefined;
}

function placeOf({ file, line, column }: Place): Place {
  return { file, line, column };
}
