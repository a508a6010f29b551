// Reads nginx's configuration syntax: directives of words, ended by `;` or by a block in braces. It takes any text and
// never throws, in time linear in its length.
import type { Place, SyntaxMistake } from "../rule.ts";

export interface Directive extends Place {
  readonly name: string;
  /** The words after the name, quotes and escapes resolved. */
  readonly words: readonly string[];
  /** What is between its braces; undefined for a directive that ends in `;`. */
  readonly block?: Directive[];
}

export interface NginxSyntax {
  readonly directives: Directive[];
  readonly mistakes: readonly SyntaxMistake[];
}

/** Deeper than any configuration that works. */
const depthLimit = 100;

/** Of mistakes so many are reported; the later ones follow from the first. */
const mistakeLimit = 10;

export function parseNginx(file: string, text: string): NginxSyntax {
  return new Parser(file, text).parse();
}

interface Word {
  readonly text: string;
  readonly at: number;
}

class Parser {
  readonly #file: string;
  readonly #text: string;
  readonly #mistakes: SyntaxMistake[] = [];
  /** The offsets at which lines begin. */
  readonly #lines: number[] = [0];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) this.#lines.push(end + 1);
  }

  parse(): NginxSyntax {
    const text = this.#text;
    const top: Directive[] = [];
    const open: { readonly into: Directive[]; readonly place: Place }[] = [];
    let into = top;
    let words: Word[] = [];
    let at = 0;
    while (at < text.length) {
      const char = text[at]!;
      if (isSpace(char)) at++;
      else if (char === "#") at = endOfLine(text, at);
      else if (char === ";") {
        if (words.length > 0) into.push(this.#directive(words));
        words = [];
        at++;
      } else if (char === "{") {
        if (words.length === 0) words.push({ text: "", at });
        const directive = this.#directive(words);
        const block: Directive[] = [];
        into.push({ ...directive, block });
        words = [];
        // What is in such a block is Lua and no configuration.
        if (directive.name.endsWith("_by_lua_block")) at = endOfCode(text, at);
        else if (open.length >= depthLimit) {
          this.#mistake(at, "blocks are nested too deeply");
          return { directives: top, mistakes: this.#mistakes };
        } else {
          open.push({ into, place: directive });
          into = block;
          at++;
        }
      } else if (char === "}") {
        if (words.length > 0) this.#mistake(words[0]!.at, `"${short(words[0]!.text)}" has no ; after it`);
        words = [];
        const outer = open.pop();
        if (outer) into = outer.into;
        else this.#mistake(at, "there is one } too many");
        at++;
      } else {
        const [word, next] = this.#word(at);
        words.push(word);
        at = next;
      }
    }
    if (words.length > 0) this.#mistake(words[0]!.at, `"${short(words[0]!.text)}" has no ; after it`);
    const unclosed = open.at(-1);
    if (unclosed && this.#mistakes.length < mistakeLimit)
      this.#mistakes.push({ ...placeOf(unclosed.place), message: "this block has no } at its end" });
    return { directives: top, mistakes: this.#mistakes };
  }

  #directive(words: readonly Word[]): Directive {
    const [name, ...rest] = words;
    return { name: name!.text, words: rest.map(({ text }) => text), ...this.#place(name!.at) };
  }

  /** A word, quoted or not, and where the text goes on. */
  #word(from: number): readonly [Word, number] {
    const text = this.#text;
    const quote = text[from] === '"' || text[from] === "'" ? text[from] : undefined;
    const parts: string[] = [];
    let at = quote === undefined ? from : from + 1;
    let copied = at;
    for (; at < text.length; at++) {
      const char = text[at]!;
      if (char === "\\" && at + 1 < text.length) {
        // A backslash stays in the word, but for one before a quote or a backslash.
        if (/["'\\]/.test(text[at + 1]!)) {
          parts.push(text.slice(copied, at));
          copied = at + 1;
        }
        at++;
      } else if (quote !== undefined ? char === quote : isSpace(char) || char === ";" || endsWord(text, at)) break;
    }
    parts.push(text.slice(copied, at));
    if (quote !== undefined && at >= text.length) this.#mistake(from, `the quote ${quote} has no end`);
    return [{ text: parts.join(""), at: from }, quote === undefined ? at : at + 1];
  }

  #mistake(at: number, message: string): void {
    if (this.#mistakes.length < mistakeLimit) this.#mistakes.push({ ...this.#place(at), message });
  }

  #place(at: number): Place {
    const lines = this.#lines;
    let low = 0;
    for (let high = lines.length; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if (lines[middle]! <= at) low = middle;
      else high = middle;
    }
    return { file: this.#file, line: low + 1, column: at - lines[low]! + 1 };
  }
}

function placeOf({ file, line, column }: Place): Place {
  return { file, line, column };
}

function isSpace(char: string): boolean {
  return char === " " || char === "\t" || char === "\n" || char === "\r" || char === "\ufeff";
}

/** Whether a brace here ends the word: `{` does, but not in `${name}`; `}` is part of a word that has begun. */
function endsWord(text: string, at: number): boolean {
  return text[at] === "{" && text[at - 1] !== "$";
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Behind the brace that closes the one at `from`, by counting braces. */
function endOfCode(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}

function short(word: string): string {
  return word.length > 40 ? `${word.slice(0, 37)}...` : word;
}
