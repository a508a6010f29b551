// Accept-Language (RFC 9110, section 12.5.4): which of the languages that there are a browser asks for.

/** A browser sends a handful of entries; what comes after these is not read. */
const longestHeader = 1024;
const mostEntries = 32;

/** A language range (RFC 4647, section 2.1) and its weight. */
const entry = /^([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:[\t ]*;[\t ]*q=([01](?:\.\d{0,3})?))?$/i;

interface Range {
  /** Lower case. */
  readonly range: string;
  readonly weight: number;
}

/**
 * The tag of `tags`, lower case each, that serves the header best, by the lookup of RFC 4647, section 3.4: the ranges by weight,
 * each shortened from its end until it is one of the tags. Undefined where the header names none of them. `*` stands for the
 * first tag that the header does not refuse with `q=0`.
 */
export function lookUpLanguage(header: string, tags: readonly string[]): string | undefined {
  const ranges = readRanges(header);
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ range }) => range));
  const offered = tags.filter((tag) => !refused.has(tag));
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { range } of wanted) {
    for (let tag = range; tag !== ""; tag = shortened(tag)) if (offered.includes(tag)) return tag;
  }
  return wanted.some(({ range }) => range === "*") ? offered[0] : undefined;
}

/** Entries that are not well formed say nothing. */
function readRanges(header: string): Range[] {
  const entries = header.slice(0, longestHeader).split(",", mostEntries);
  return entries.flatMap((text) => {
    const match = entry.exec(text.trim());
    if (!match) return [];
    const [, range, weight = "1"] = match as unknown as [string, string, string?];
    return Number(weight) > 1 ? [] : [{ range: range.toLowerCase(), weight: Number(weight) }];
  });
}

/** Without its last subtag, and without a single letter before that. */
function shortened(range: string): string {
  return range.replace(/(?:^|-)[^-]*$/, "").replace(/-[^-]$/, "");
}
