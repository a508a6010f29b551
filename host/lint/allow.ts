// Exceptions that a configuration states itself: `# zerohop-lint: allow RULE` behind a line, or on a line above it.
import type { Finding } from "./rule.ts";

/** For each line of a text, counted from 1, the rules that are allowed there. */
interface Allowed {
  readonly comment: number;
  readonly line: number;
  readonly rule: string;
}

/** Takes out the findings that comments allow; reports comments that allow what is not there. */
export function withoutAllowed(findings: readonly Finding[], texts: ReadonlyMap<string, string>): Finding[] {
  let left = [...findings];
  const unused: Finding[] = [];
  for (const [file, text] of texts)
    for (const { comment, line, rule } of allowedIn(text)) {
      const rest = left.filter((finding) => finding.file !== file || finding.line !== line || finding.rule !== rule);
      if (rest.length === left.length)
        unused.push({
          file,
          line: comment,
          column: 1,
          rule: "lint-allow",
          severity: "warning",
          message: `${rule} has nothing to allow here: remove the comment, or put it right above what it is about`,
        });
      left = rest;
    }
  return [...left, ...unused];
}

function allowedIn(text: string): Allowed[] {
  if (!text.includes("zerohop-lint")) return [];
  const lines = text.split("\n");
  return lines.flatMap((content, index) => {
    const match = /^(.*?)#\s*zerohop-lint:\s*allow\s+([a-z0-9.-]+(?:\s*,\s*[a-z0-9.-]+)*)/.exec(content);
    if (!match) return [];
    // A comment alone on its line is about the next line that is no comment.
    let line = index;
    if (match[1]!.trim() === "")
      do line++;
      while (lines[line]?.trim().startsWith("#"));
    return match[2]!.split(/\s*,\s*/).map((rule) => ({ comment: index + 1, line: line + 1, rule }));
  });
}
