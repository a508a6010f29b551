// Reads an nginx configuration with the files that it includes.
import { existsSync, globSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileLimit, isFile, type MissingFile, readText, type WithIncludedFiles } from "../included-files.ts";
import type { SyntaxMistake } from "../rule.ts";
import { type Directive, parseNginx } from "./syntax.ts";

/** Files of nginx's own that say nothing about the gate. */
const harmless = /(^|\/)(mime\.types|fastcgi\.conf|(fastcgi|uwsgi|scgi)_params|koi-(win|utf)|win-utf)$/;

/**
 * Parses a file and puts the directives of the files it includes in the place of the `include`. Relative names are
 * relative to the file's folder, as nginx takes them relative to that of nginx.conf. An absolute name that is not on
 * this machine is also looked for beside the file: `/etc/nginx/snippets/a.conf` in `snippets/` and in the folder itself.
 */
export function readWithIncludes(file: string, text: string): WithIncludedFiles<Directive> {
  const mistakes: SyntaxMistake[] = [];
  const missing: MissingFile[] = [];
  const texts = new Map([[file, text]]);
  const folder = dirname(file);
  /** Each file counts as often as it is included. */
  let files = 1;

  function expand(directives: readonly Directive[], including: readonly string[]): Directive[] {
    return directives.flatMap((directive) => {
      if (directive.block) return { ...directive, block: expand(directive.block, including) };
      const [pattern] = directive.words;
      if (directive.name !== "include" || pattern === undefined || harmless.test(pattern)) return directive;
      const found = filesOf(folder, pattern);
      if (found === undefined) {
        const { file, line, column } = directive;
        missing.push({ file, line, column, pattern });
        return [];
      }
      return found.filter((name) => !including.includes(name)).flatMap((name) => read(name, including));
    });
  }

  function read(name: string, including: readonly string[]): Directive[] {
    if (++files > fileLimit) return [];
    const content = texts.get(name) ?? readText(name);
    texts.set(name, content);
    const parsed = parseNginx(name, content);
    mistakes.push(...parsed.mistakes);
    return expand(parsed.directives, [...including, name]);
  }

  const parsed = parseNginx(file, text);
  mistakes.push(...parsed.mistakes);
  return { directives: expand(parsed.directives, [file]), mistakes, missing, texts };
}

/** The files that a name or pattern stands for; undefined when a file, or the folder of a pattern, is not there. */
function filesOf(folder: string, pattern: string): string[] | undefined {
  const candidates = isAbsolute(pattern) ? [pattern, ...besides(folder, pattern)] : [join(folder, pattern)];
  for (const candidate of candidates) {
    if (!/[*?[]/.test(candidate)) {
      if (isFile(candidate)) return [candidate];
    } else if (existsSync(dirname(candidate))) return globSync(candidate).filter(isFile).sort();
  }
  return undefined;
}

function besides(folder: string, pattern: string): string[] {
  const name = basename(pattern);
  return [join(folder, basename(dirname(pattern)), name), join(folder, name)];
}
