// Reads Caddyfile syntax: tokens with quotes and heredocs, lines of them, blocks in braces. It takes any text and never
// throws, in time linear in its length.
import type { Place, SyntaxMistake } from "../rule.ts";

export interface Directive extends Place {
  readonly name: string;
  readonly args: readonly string[];
  /** What is between its braces; undefined for a directive without. */
  readonly block?: readonly Directive[];
}

export interface CaddySyntax {
  readonly directives: readonly Directive[];
  readonly mistakes: readonly SyntaxMistake[];
}

/** Deeper than any configuration that works. */
const depthLimit = 100;
/** Of mistakes so many are reported. */
const mistakeLimit = 10;

interface Token extends Place {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** A directive whose block is still open. */
interface Open {
  readonly directive: Place;
  readonly into: Directive[];
}

export function parseCaddyfile(file: string, text: string): CaddySyntax {
  const mistakes: SyntaxMistake[] = [];
  const mistake = ({ line, column }: Place, message: string) => {
    if (mistakes.length < mistakeLimit) mistakes.push({ file, line, column, message });
  };
  const top: Directive[] = [];
  const open: Open[] = [];
  let into = top;
  for (const line of linesOf(file, text, mistake)) {
    const [first, ...rest] = line;
    if (isBrace(first!, "}")) {
      const closed = open.pop();
      into = open.at(-1)?.into ?? top;
      if (!closed) mistake(first!, "there is one } too many");
      if (rest.length > 0) mistake(rest[0]!, "nothing may stand behind } on its line");
      continue;
    }
    const opens = isBrace(line.at(-1)!, "{");
    const words = opens ? line.slice(0, -1) : line;
    const brace = words.findIndex((token) => isBrace(token, "{"));
    if (brace >= 0)
      mistake(line[brace + 1]!, "nothing may stand behind { on its line, with which Caddy does not start");
    const { line: number, column } = first!;
    const place = { file, line: number, column };
    const [name = "", ...args] = words.map((token) => token.text);
    if (!opens) {
      into.push({ ...place, name, args });
      continue;
    }
    if (open.length >= depthLimit) {
      mistake(place, "blocks are nested too deeply");
      return { directives: top, mistakes };
    }
    const block: Directive[] = [];
    into.push({ ...place, name, args, block });
    open.push({ directive: place, into: block });
    into = block;
  }
  const unclosed = open.at(-1);
  if (unclosed) mistake(unclosed.directive, "this block has no } at its end");
  return { directives: top, mistakes };
}

function isBrace(token: Token, brace: string): boolean {
  return !token.isQuoted && token.text === brace;
}

/** Lines of tokens, none of them empty. A line goes on behind a backslash at its end, and addresses behind a comma. */
function* linesOf(file: string, text: string, mistake: (place: Place, message: string) => void): Generator<Token[]> {
  let tokens: Token[] = [];
  for (const { endsLine, ...token } of tokensOf(file, text, mistake)) {
    tokens.push(token);
    const goesOn = !token.isQuoted && token.text.endsWith(",");
    if (!endsLine || goesOn) continue;
    yield tokens;
    tokens = [];
  }
  if (tokens.length > 0) yield tokens;
}

function* tokensOf(
  file: string,
  text: string,
  mistake: (place: Place, message: string) => void,
): Generator<Token & { readonly endsLine: boolean }> {
  let line = 1;
  let lineBegin = 0;
  let at = 0;
  let pending: Token | undefined;
  const newline = () => {
    line++;
    lineBegin = at + 1;
  };
  while (at < text.length) {
    const char = text[at]!;
    if (char === "\n") {
      if (pending) yield { ...pending, endsLine: true };
      pending = undefined;
      newline();
      at++;
    } else if (isSpace(char)) at++;
    else if (char === "\\" && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at += text[at + 1] === "\r" ? 2 : 1;
      newline();
      at++;
    } else if (char === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else {
      if (pending) yield { ...pending, endsLine: false };
      const place = { file, line, column: at - lineBegin + 1 };
      const marker = char === "<" ? /^<<([\w-]{1,64})\r?\n/.exec(text.slice(at, at + 70)) : null;
      if (marker) {
        const { content, end } = heredoc(text, at + marker[0].length, marker[1]!);
        if (end === undefined) mistake(place, `the heredoc ${marker[1]} has no end`);
        pending = { ...place, text: content, isQuoted: true };
        const to = end ?? text.length;
        for (; at < to; at++) if (text[at] === "\n") newline();
      } else if (char === '"' || char === "`") {
        const parts: string[] = [];
        for (at++; at < text.length && text[at] !== char; at++) {
          if (text[at] === "\n") newline();
          if (char === '"' && text[at] === "\\" && text[at + 1] === '"') at++;
          parts.push(text[at]!);
        }
        if (at >= text.length) mistake(place, `the quote ${char} has no end`);
        at++;
        pending = { ...place, text: parts.join(""), isQuoted: true };
      } else {
        const begin = at;
        while (at < text.length && !isSpace(text[at]!) && text[at] !== "\n") at++;
        pending = { ...place, text: withDefaults(text.slice(begin, at)), isQuoted: false };
      }
    }
  }
  if (pending) yield { ...pending, endsLine: true };
}

function isSpace(char: string): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\ufeff";
}

/** The text of a heredoc without its indentation, and where it ends; undefined: nowhere. */
function heredoc(
  text: string,
  from: number,
  marker: string,
): { readonly content: string; readonly end: number | undefined } {
  for (let at = from; at < text.length; ) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next;
    const indent = /^[ \t]{0,200}/.exec(text.slice(at, Math.min(end, at + 200)))![0];
    if (
      text.startsWith(marker, at + indent.length) &&
      /^\s|^$/.test(text.slice(at + indent.length + marker.length, end + 1).slice(0, 1))
    ) {
      const lines = text.slice(from, Math.max(from, at - 1)).split("\n");
      const content = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n");
      return { content, end: at + indent.length + marker.length };
    }
    at = end + 1;
  }
  return { content: text.slice(from), end: undefined };
}

/** `{$NAME:default}` with its default; without one it stays. */
function withDefaults(text: string): string {
  return text.replace(/\{\$\w{1,200}:([^{}]{0,2000})\}/g, "$1");
}

/** A directive and all that is inside it. */
export function below(directive: Directive): Directive[] {
  return [directive, ...(directive.block ?? []).flatMap(below)];
}
