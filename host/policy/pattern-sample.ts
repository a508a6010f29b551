// Examples for a regular expression in RE2's syntax: texts that it probably matches. It reads the usual syntax and skips
// what it does not know; whoever uses a sample asks the core whether the expression really matches it.

/** What captures named `User` and `Group` are to hold. */
export interface CaptureNames {
  readonly User?: string;
  readonly Group?: string;
}

/** How many ways through an expression are tried. */
const wayLimit = 24;

/** Samples are for people and for URLs; a longer one is given up. Characters. */
const lengthLimit = 500;

/** Texts for an expression: each alternative and each repetition in turn, as far as the limit goes. */
export function samplesOf(expression: string, names: CaptureNames = {}): string[] {
  const samples = new Set<string>();
  for (let way = 0; way < wayLimit; way++) {
    const walk = new Walk(expression, names, way);
    const sample = walk.alternatives();
    if (sample.length <= lengthLimit) samples.add(sample);
    // All choices were taken, and nothing of this way's number is left: the ones after it repeat.
    if (walk.remaining > 0) break;
  }
  return [...samples];
}

/** One way through an expression. It is read from left to right; `way` says, as a number of mixed radix, what to choose. */
class Walk {
  readonly #text: string;
  readonly #names: CaptureNames;
  #at = 0;
  #way: number;
  #depth = 0;

  constructor(text: string, names: CaptureNames, way: number) {
    this.#text = text;
    this.#names = names;
    this.#way = way;
  }

  get remaining(): number {
    return this.#way;
  }

  /** Reads `a|b|c` up to a closing parenthesis or the end, and takes one of them. */
  alternatives(): string {
    if (++this.#depth > 100) {
      this.#at = this.#text.length;
      return "";
    }
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    this.#depth--;
    return options[this.#choose(options.length)]!;
  }

  #sequence(): string {
    let text = "";
    while (this.#at < this.#text.length && !"|)".includes(this.#peek())) {
      const atom = this.#atom();
      text += this.#repeated(atom);
      if (text.length > lengthLimit) this.#at = this.#text.length;
    }
    return text;
  }

  #atom(): string {
    if (this.#take("(")) return this.#group();
    if (this.#take("[")) return this.#class();
    if (this.#take("\\")) return this.#escape();
    const character = this.#next();
    // A dot alone is mostly one that somebody forgot to escape.
    if (character === ".") return /[*+?{]/.test(this.#peek()) ? "x" : ".";
    return character === "^" || character === "$" ? "" : character;
  }

  #group(): string {
    const opening = /^\?(?:P?<(\w+)>|([a-zA-Z-]*)([:)]))/.exec(this.#text.slice(this.#at));
    if (opening) this.#at += opening[0].length;
    // `(?i)` has no content.
    if (opening?.[3] === ")") return "";
    const content = this.alternatives();
    this.#take(")");
    const name = opening?.[1];
    return (name === "User" || name === "Group" ? this.#names[name] : undefined) ?? content;
  }

  #repeated(atom: string): string {
    const repetition = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/.exec(this.#text.slice(this.#at));
    if (!repetition) return atom;
    this.#at += repetition[0].length;
    const [, sign, least, range, most] = repetition;
    const minimum = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
    const isFixed = sign === undefined && (range === undefined || most === least);
    // Once more than it must be comes first: an empty sample says little.
    const count = isFixed ? minimum : this.#choose(2) === 0 ? Math.max(minimum, 1) : sign === "+" ? 2 : minimum;
    return atom.repeat(Math.min(count, lengthLimit));
  }

  #class(): string {
    const start = this.#at;
    if (this.#peek() === "^") this.#at++;
    if (this.#peek() === "]") this.#at++;
    while (this.#at < this.#text.length && this.#peek() !== "]") {
      if (this.#peek() === "\\") this.#at++;
      else if (this.#text.startsWith("[:", this.#at)) this.#at = this.#text.indexOf(":]", this.#at) + 1 || this.#at;
      this.#at++;
    }
    const body = this.#text.slice(start, this.#at);
    this.#take("]");
    return memberOf(body);
  }

  #escape(): string {
    const character = this.#next();
    if (character === "Q") return this.#quotation();
    if (character === "x") return this.#codePoint();
    if (character === "p" || character === "P") {
      this.#at += this.#peek() === "{" ? this.#text.slice(this.#at).indexOf("}") + 1 : 1;
      return "a";
    }
    return escapeExamples[character] ?? character;
  }

  #quotation(): string {
    const end = this.#text.indexOf("\\E", this.#at);
    const text = end < 0 ? this.#text.slice(this.#at) : this.#text.slice(this.#at, end);
    this.#at = end < 0 ? this.#text.length : end + 2;
    return text;
  }

  #codePoint(): string {
    const digits = /^(?:\{([\da-fA-F]{1,6})\}|([\da-fA-F]{2}))/.exec(this.#text.slice(this.#at));
    if (!digits) return "x";
    this.#at += digits[0].length;
    const code = Number.parseInt((digits[1] ?? digits[2])!, 16);
    return code > 0x10ffff ? "x" : String.fromCodePoint(code);
  }

  #choose(options: number): number {
    const choice = this.#way % options;
    this.#way = Math.floor(this.#way / options);
    return choice;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #next(): string {
    return this.#text[this.#at++] ?? "";
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}

const escapeExamples: Readonly<Record<string, string>> = {
  d: "1",
  D: "x",
  w: "a",
  W: "-",
  s: " ",
  S: "x",
  A: "",
  z: "",
  b: "",
  B: "",
  t: "\t",
  n: "\n",
  r: "\r",
  f: "\f",
  v: "\v",
  a: "\x07",
};

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  punct: "!-/:-@",
  word: "\\w",
  xdigit: "a-f0-9",
  space: "\\s",
};

/** A character of a bracketed class, in what ECMAScript's syntax shares with RE2's: one that is good in a URL if there is. */
function memberOf(body: string): string {
  const plain = body.replace(/\[:(\w+):\]/g, (_, name: string) => posixClasses[name] ?? "a");
  const escaped = plain.replace(/^\^?\]/, (start) => start.replace("]", "\\]")).replaceAll("[", "\\[");
  const firstWritten = [...plain.replace(/^\^|\\/g, "")][0] ?? "x";
  try {
    const member = new RegExp(`[${escaped}]`);
    return [..."ax1AZ0bz-_.~/=&:@+,!*", firstWritten].find((character) => member.test(character)) ?? firstWritten;
  } catch {
    return firstWritten;
  }
}
