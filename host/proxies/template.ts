// Texts of several lines, as proxies' configurations are.

/** Nothing is put in for `false` and undefined. */
type Part = string | number | false | undefined | readonly string[];

/**
 * A text as it is written, escapes included (but for backquotes), without the indentation of its first line. What is put in takes the indentation of its
 * line, and the mark of a comment, over to all of its own lines; where a line has nothing but what is put in, and that is empty or absent, there is no line. Of several
 * empty lines one is left.
 */
export function text({ raw }: TemplateStringsArray, ...parts: readonly Part[]): string {
  // What TypeScript wants escaped in a template.
  const marked = raw
    .map((string) => string.replaceAll(/\\(?=[`$])/g, ""))
    .map((string, i) => (i === 0 ? string : `\0${i - 1}\0${string}`))
    .join("");
  const lines = marked.replace(/^\n/, "").replace(/\n *$/, "").split("\n");
  const [margin = ""] = /^ */.exec(lines[0] ?? "")!;
  const values = parts.map((part) =>
    Array.isArray(part) ? part.join("\n") : part === false ? "" : String(part ?? ""),
  );
  const all = lines.flatMap((line) =>
    filled(line.startsWith(margin) ? line.slice(margin.length) : line.trimStart(), values),
  );
  return all.join("\n").replace(/\n{3,}/g, "\n\n");
}

function filled(line: string, values: readonly string[]): string[] {
  if (!line.includes("\0")) return [line];
  const [indentation = ""] = /^\s*(?:#\s*)?/.exec(line)!;
  const whole = line.replaceAll(/\0(\d+)\0/g, (_, index) => values[Number(index)]!);
  if (whole.trim() === "") return [];
  return whole.split("\n").map((part, i) => (part.trim() === "" ? "" : i === 0 ? part : indentation + part));
}

/** The same as a file: with one line's end behind it. */
export function file(strings: TemplateStringsArray, ...parts: readonly Part[]): string {
  return `${text(strings, ...parts).trimEnd()}\n`;
}

/** A host's or a cookie's name in a regular expression: of what stands in them, dots alone mean something else there. */
export function literal(name: string): string {
  return name.replaceAll(".", String.raw`\.`);
}
