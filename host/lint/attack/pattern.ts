// Matches patterns of configurations, which are not ours, against short texts. JavaScript's regular expressions can take a
// time that is exponential in the text: each match has a limit, and what exceeds it counts as a pattern that cannot be read.
import { createContext, Script } from "node:vm";

/** Milliseconds for one match: far more than any pattern needs that is not made to take long, on a machine under load as well. */
const timeLimit = 1000;
/** After so many that took too long, nothing more is tried. */
const failureLimit = 3;
/** Longer than what people write. Characters. */
const lengthLimit = 4096;

const context = createContext(Object.assign(Object.create(null), { source: "", flags: "", text: "", by: "" }));
const exec = new Script("new RegExp(source, flags).exec(text)");
const replace = new Script("text.replace(new RegExp(source, flags), by)");

export class Patterns {
  /** By what is done, the pattern, and the text: long keys of their own would take longer than most matches. */
  readonly #known = new Map<string, Map<string, Map<string, unknown>>>();
  #failures = 0;

  /** Whether a pattern took too long. */
  get exceeded(): boolean {
    return this.#failures > 0;
  }

  /** Whether a pattern of PCRE or RE2 is in a text; undefined: this cannot be said. */
  test(pattern: string, text: string, ignoreCase = false): boolean | undefined {
    const match = this.exec(pattern, text, ignoreCase);
    return match === undefined ? undefined : match !== null;
  }

  /** The match and its groups; null: it does not match; undefined: this cannot be said. */
  exec(pattern: string, text: string, ignoreCase = false): RegExpExecArray | null | undefined {
    return this.#run(exec, pattern, text, ignoreCase ? "i" : "", "") as RegExpExecArray | null | undefined;
  }

  /** A text with every match replaced; `by` may name groups as `$1` and `${1}`. */
  replaceAll(pattern: string, text: string, by: string): string | undefined {
    const named = by.replace(/\$\{(\w+)\}/g, (_, group: string) => (/^\d+$/.test(group) ? `$${group}` : `$<${group}>`));
    return this.#run(replace, pattern, text, "g", named) as string | undefined;
  }

  #run(script: Script, pattern: string, text: string, ownFlags: string, by: string): unknown {
    const known = this.#resultsOf(script === exec ? ownFlags : `by ${by}`, pattern);
    if (known.has(text)) return known.get(text);
    let result: unknown;
    if (this.#failures < failureLimit && pattern.length <= lengthLimit) {
      const { source, flags } = inJavaScript(pattern, ownFlags);
      try {
        new RegExp(source, flags);
        Object.assign(context, { source, flags, text, by });
        result = script.runInContext(context, { timeout: timeLimit });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") this.#failures++;
      }
    }
    known.set(text, result);
    return result;
  }

  #resultsOf(doing: string, pattern: string): Map<string, unknown> {
    const byPattern = this.#known.get(doing) ?? new Map<string, Map<string, unknown>>();
    const byText = byPattern.get(pattern) ?? new Map<string, unknown>();
    this.#known.set(doing, byPattern);
    byPattern.set(pattern, byText);
    return byText;
  }
}

/** PCRE's and RE2's flags at the front, and their names of groups, as JavaScript has them. */
function inJavaScript(pattern: string, ownFlags: string): { readonly source: string; readonly flags: string } {
  const [front = "", letters = ""] = /^\^?\(\?([ims]+)\)/.exec(pattern) ?? [];
  const source = (front.startsWith("^") ? "^" : "") + pattern.slice(front.length).replaceAll("(?P<", "(?<");
  return { source, flags: [...new Set(ownFlags + letters)].join("") };
}

/** A text that a pattern for host names or paths matches, as far as it is made of plain parts. */
export function sampleOf(pattern: string): string {
  const source = pattern.replace(/\(\?[a-z]+\)/gi, "");
  let text = "";
  let last = "";
  /** The nesting of groups, and the depth at which an alternative that is not taken began. */
  let depth = 0;
  let skipping: number | undefined;
  const put = (part: string) => {
    last = part;
    if (skipping === undefined) text += part;
  };
  for (let at = 0; at < source.length && text.length < 256; at++) {
    const char = source[at]!;
    if (char === "(") {
      depth++;
      at += /^\(\?(:|P?<\w+>)/.exec(source.slice(at, at + 64))?.[0].slice(1).length ?? 0;
    } else if (char === ")") {
      depth--;
      if (skipping !== undefined && depth < skipping) skipping = undefined;
    } else if (char === "|") skipping ??= depth;
    else if (char === "[") {
      const end = source.indexOf("]", at + 2);
      if (end < 0) return text;
      const [first = "a"] = source
        .slice(at + 1, end)
        .replace(/^\^.*/, "a")
        .replace(/^\\w/, "a")
        .replace(/^\\d/, "1");
      put(first);
      at = end;
    } else if (char === "\\") {
      const next = source[++at] ?? "";
      put(next === "d" ? "1" : next === "w" ? "a" : next === "b" || next === "s" ? "" : next);
    } else if (char === ".") put("a");
    else if (char === "{") {
      const end = source.indexOf("}", at);
      const count = Number(/^\{(\d+)/.exec(source.slice(at, at + 8))?.[1] ?? 1);
      if (end < 0) return text;
      for (let times = 1; times < Math.min(count, 64); times++) put(last);
      at = end;
    } else if (!/[\^$*+?]/.test(char)) put(char);
  }
  return text;
}
