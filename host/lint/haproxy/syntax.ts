// Reads HAProxy's configuration syntax: sections of lines, a line being words with quotes and escapes. It takes any text
// and never throws, in time linear in its length.
import type { Place, SyntaxMistake } from "../rule.ts";

export interface Statement extends Place {
  /** Quotes, escapes and the environment that the file itself sets are resolved. */
  readonly words: readonly string[];
}

export interface Section extends Place {
  /** `global`, `defaults`, `frontend`, `listen`, `backend`, … */
  readonly kind: string;
  readonly name: string;
  /** The words behind the name: `from base`. */
  readonly options: readonly string[];
  readonly statements: readonly Statement[];
}

export interface HaproxySyntax {
  readonly sections: readonly Section[];
  readonly mistakes: readonly SyntaxMistake[];
}

const sectionKinds = new Set(
  "global defaults frontend listen backend peers resolvers mailers userlist program http-errors ring log-forward cache fcgi-app crt-store traces acme log-profile".split(
    " ",
  ),
);

/** Of mistakes so many are reported. */
const mistakeLimit = 10;
/** What variables of the environment may add to a file before they are left as they are written. Characters. */
const expansionLimit = 1024 * 1024;

export function parseHaproxy(file: string, text: string): HaproxySyntax {
  const sections: (Section & { readonly statements: Statement[] })[] = [];
  const mistakes: SyntaxMistake[] = [];
  const environment = new Environment();
  const mistake = (place: Place, message: string) => {
    if (mistakes.length < mistakeLimit) mistakes.push({ ...place, message });
  };
  for (const { words, isOpen, ...place } of linesOf(file, text, environment)) {
    const [keyword = "", name = ""] = words;
    if (isOpen) mistake(place, "a quote in this line has no end");
    // `.if` and the like: what stands between them counts, whichever way the condition goes.
    if (keyword.startsWith(".")) continue;
    if (/^(pre)?setenv$/.test(keyword)) environment.set(name, words[2] ?? "");
    if (sectionKinds.has(keyword)) {
      const named = name === "from" ? "" : name;
      sections.push({
        ...place,
        kind: keyword,
        name: named,
        options: words.slice(named === "" ? 1 : 2),
        statements: [],
      });
    } else if (sections.length > 0) sections.at(-1)!.statements.push({ ...place, words });
    else mistake(place, `"${keyword.slice(0, 40)}" stands before any section, as frontend or backend`);
  }
  return { sections, mistakes };
}

/** The variables that the file sets itself, by setenv. */
class Environment {
  readonly #values = new Map<string, string>();
  #added = 0;

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  expand(name: string): string | undefined {
    const value = this.#values.get(name);
    this.#added += value?.length ?? 0;
    return this.#added > expansionLimit ? undefined : value;
  }
}

interface Line extends Statement {
  /** Whether a quote goes on to the end of the line. */
  readonly isOpen: boolean;
}

/** The lines that say something. */
function* linesOf(file: string, text: string, environment: Environment): Generator<Line> {
  let line = 0;
  let joined = "";
  let first: { readonly line: number; readonly column: number } | undefined;
  for (const written of text.split("\n")) {
    line++;
    const content = written.endsWith("\r") ? written.slice(0, -1) : written;
    first ??= { line, column: content.length - content.trimStart().length + 1 };
    if (endsInBackslash(content) && !isComment(joined + content)) {
      joined += `${content.slice(0, -1)} `;
      continue;
    }
    const { words, isOpen } = wordsOf(joined + content, environment);
    if (words.length > 0) yield { file, ...first, words, isOpen };
    joined = "";
    first = undefined;
  }
}

function isComment(text: string): boolean {
  return text.length < 4096 && /^[ \t]*#/.test(text);
}

function endsInBackslash(text: string): boolean {
  let count = 0;
  while (text.at(-1 - count) === "\\") count++;
  return count % 2 === 1;
}

function wordsOf(text: string, environment: Environment): Pick<Line, "words" | "isOpen"> {
  const words: string[] = [];
  let parts: string[] | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === "'") {
      if (char === "'") quote = "";
      else parts!.push(char);
    } else if (char === "\\" && at + 1 < text.length && (quote === "" || /["\\$]/.test(text[at + 1]!))) {
      parts ??= [];
      parts.push(escaped(text[++at]!));
    } else if (quote === '"') {
      const variable = char === "$" ? /^\$(?:\{(\w+)[^}]{0,200}\}|(\w+))/.exec(text.slice(at, at + 300)) : null;
      if (char === '"') quote = "";
      else if (variable) {
        parts!.push(environment.expand((variable[1] ?? variable[2])!) ?? variable[0]);
        at += variable[0].length - 1;
      } else parts!.push(char);
    } else if (char === '"' || char === "'") {
      parts ??= [];
      quote = char;
    } else if (char === " " || char === "\t" || char === "\ufeff") {
      if (parts) words.push(parts.join(""));
      parts = undefined;
    } else if (char === "#") break;
    else {
      parts ??= [];
      parts.push(char);
    }
  }
  if (parts) words.push(parts.join(""));
  return { words, isOpen: quote !== "" };
}

/** HAProxy's own escapes; any other character stands for itself, but keeps its backslash where it is a pattern's. */
function escaped(char: string): string {
  if (char === "n") return "\n";
  if (char === "r") return "\r";
  if (char === "t") return "\t";
  return /[ "'#\\$]/.test(char) ? char : `\\${char}`;
}
