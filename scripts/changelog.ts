// CHANGELOG.md in the form of Keep a Changelog 1.1.0 (https://keepachangelog.com), held against the version in package.json.

const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

interface Entry {
  readonly line: number;
  /** "Unreleased", or a version. */
  readonly name: string;
  readonly date: string;
  readonly text: string;
}

/** The mistakes of a changelog whose package has this version. `file` names it in the messages. */
export function changelogProblems(file: string, text: string, version: string): readonly string[] {
  const entries = entriesOf(text);
  const problems: string[] = [];
  const report = (line: number, message: string) => problems.push(`${file}:${line}: ${message}`);
  const [head] = entries;
  if (!head) return [`${file}:1: there is neither "## [Unreleased]" nor a version`];
  const released = entries.filter(({ name }) => name !== "Unreleased");
  for (const { line, name, date, text } of entries) {
    if (name === "Unreleased" ? date !== "" || line !== head.line : !isVersion(name) || !isDate(date))
      report(line, `a heading is "## [Unreleased]" at the top, or "## [1.2.3] - 2026-01-31"`);
    for (const [, kind] of text.matchAll(/^### (.*)$/gm))
      if (!kinds.includes(kind!)) report(line, `"### ${kind}" is none of ${kinds.join(", ")}`);
    if (name !== "Unreleased" && !/^- /m.test(text)) report(line, `nothing is said of ${name}`);
  }
  for (const [index, { line, name, date }] of released.slice(1).entries()) {
    const newer = released[index]!;
    if (!isAbove(newer.name, name) || newer.date < date)
      report(line, `${name} is no older than ${newer.name} above it`);
  }
  if (released[0] && released[0].name !== version)
    report(released[0].line, `the newest version is ${released[0].name}, and package.json's is ${version}`);
  return problems;
}

/** The mistakes beside those that would make a release of this tag wrong: what it holds is not yet a version's, or another's. */
export function releaseProblems(file: string, text: string, version: string, tag: string): readonly string[] {
  const [head] = entriesOf(text).filter(({ name, text }) => name !== "Unreleased" || /^- /m.test(text));
  return [
    ...(tag === `v${version}` ? [] : [`package.json: the tag is ${tag}, and the version ${version}`]),
    ...(head?.name === version
      ? []
      : [`${file}:${head?.line ?? 1}: what is released stands below "## [${version}] - DATE"`]),
  ];
}

/** What the changelog says of a version, for those who look at its release; empty when nothing. */
export function notesOf(text: string, version: string): string {
  return (
    entriesOf(text)
      .find(({ name }) => name === version)
      ?.text.trim() ?? ""
  );
}

function entriesOf(text: string): readonly Entry[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("## ") ? [index] : []));
  return starts.map((start, index) => {
    const [, name = "", date = ""] = /^## \[(.+?)\](?: - (.*))?$/.exec(lines[start]!) ?? [];
    return { line: start + 1, name, date, text: lines.slice(start + 1, starts[index + 1]).join("\n") };
  });
}

/** Semantic Versioning 2.0.0, without build metadata, which no release has. */
function isVersion(name: string): boolean {
  return /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/.test(name);
}

function isDate(date: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
}

/** Whether a version is above another one (Semantic Versioning, section 11). */
function isAbove(one: string, other: string): boolean {
  const [numbers, others] = [one, other].map((name) => name.split("-", 1)[0]!.split(".").map(Number));
  const difference = numbers!.map((number, index) => number - others![index]!).find((value) => value !== 0);
  if (difference !== undefined) return difference > 0;
  // A version without a suffix is above those with one. Numbers in suffixes (rc.9, rc.10) are compared as such.
  const [suffix, otherSuffix] = [one, other].map((name) => name.slice(name.split("-", 1)[0]!.length));
  if (suffix === "" || otherSuffix === "") return suffix === "" && otherSuffix !== "";
  return suffix!.localeCompare(otherSuffix!, "en", { numeric: true }) > 0;
}
