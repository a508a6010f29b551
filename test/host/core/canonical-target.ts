// The canonical path a second time, written from docs/canonical-target.md: what a request target means in every reading an
// application may have of it.

export interface Target {
  /** Decoded path, and `?query` where the query is not empty. */
  readonly resource: string;
  readonly path: string;
  readonly query: string;
}

/** A byte of the path, and whether it came as an escape. */
interface Letter {
  readonly byte: string;
  readonly escaped: boolean;
}

/** The readings of a target in origin form, the plain one first; none for a target that is refused. */
export function readingsOf(target: string): Target[] {
  const bytes = Buffer.from(target).toString("latin1");
  return readingsOfBytes(bytes).map(({ resource, path, query }) => ({
    resource: utf8(resource),
    path: utf8(path),
    query,
  }));
}

/** The same with one character for a byte, before and after. */
export function readingsOfBytes(target: string): Target[] {
  const [, path, query = ""] = /^([^?]*)(?:\?(.*))?$/s.exec(target)!;
  if (!path!.startsWith("/") || /[\0-\x20\x7f#\\]/.test(path!) || /[\0-\x20\x7f#]/.test(query)) return [];
  const letters = lettersOf(path!);
  if (!letters || !isUnmistakable(path!, letters)) return [];
  const ways = waysToRead(path!, letters);
  if (ways.length > 4) return [];
  const readings = subsetsOf(ways).map((chosen) => read(letters, query, chosen));
  return readings.every((reading) => isUtf8(reading.path)) ? readings : [];
}

type Way =
  | "cuts"
  | "cuts escaped"
  | "keeps delimiters"
  | "late"
  | "keeps slashes"
  | "keeps backslashes"
  | "backslash is slash"
  | "merges"
  | "twice"
  | "cuts rest";

/** In which ways this path can be read that are not the plain one. */
function waysToRead(path: string, letters: Letter[]): Way[] {
  const has = (byte: string, escaped: boolean) =>
    letters.some((letter) => letter.byte === byte && letter.escaped === escaped);
  const plain = letters.map(({ byte }) => byte).join("");
  const slashTwice = /%2f/i.test(plain);
  const found: [boolean, ...Way[]][] = [
    [has(";", false), "cuts"],
    [has(";", true), "cuts escaped"],
    [has("?", true) || has("#", true), "keeps delimiters", "late"],
    [has("/", true) || slashTwice, "keeps slashes"],
    [has("\\", true), "keeps backslashes", "backslash is slash"],
    [/(\/|%2f|%5c){2}/i.test(path), "merges"],
    [/%[0-9a-f]{2}/i.test(plain), "twice"],
    [/(;|%3b).*\//i.test(path), "cuts rest"],
  ];
  return found.flatMap(([is, ...ways]) => (is ? ways : []));
}

function subsetsOf(ways: readonly Way[]): ReadonlySet<Way>[] {
  let sets: ReadonlySet<Way>[] = [new Set()];
  for (const way of ways) sets = sets.flatMap((set) => [set, new Set([...set, way])]);
  return sets;
}

function lettersOf(path: string): Letter[] | undefined {
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  return [...path.matchAll(/%(..)|./gs)].map(([text, hex]) =>
    hex === undefined
      ? { byte: text, escaped: false }
      : { byte: String.fromCharCode(Number.parseInt(hex, 16)), escaped: true },
  );
}

function isUnmistakable(path: string, letters: Letter[]): boolean {
  if (letters.some(({ byte, escaped }) => escaped && /[\0-\x1f\x7f]/.test(byte))) return false;
  const plain = letters.map(({ byte }) => byte).join("");
  if (!isUtf8(plain)) return false;
  const escapes = [...plain.matchAll(/(?=%([0-9a-f]{2}))/gi)].map(([, hex]) =>
    String.fromCharCode(Number.parseInt(hex!, 16)),
  );
  if (escapes.some((byte) => /[\0-\x1f\x7f\\.;?#%]/.test(byte))) return false;
  if (escapes.includes("/")) {
    // It has to stand within a name, and what it is may not depend on another escaped slash or on parameters.
    const within = plain.replaceAll(/(?<=[^/\\.%])%2f(?=[^/\\.%])/gi, "");
    if (/%2f/i.test(within) || plain.includes(";")) return false;
    if (/%2f/i.test(path) && escapes.some((byte) => byte !== "/")) return false;
  }
  if (escapes.length > 0 && (/%3f|%23/i.test(path) || /%[0-9a-f]{2}/i.test(decodedAgain(plain, true)))) return false;
  // How many separators are left may not depend on when they are merged; and none may follow the first.
  if (/^\/(\/|%2f|%5c)/i.test(path)) return false;
  const pairs = [...path.matchAll(/(?=((?:\/|%2f|%5c){2}))/gi)].map(([, pair]) => pair!.toLowerCase());
  const merging = pairs.map((pair) =>
    pair.includes("%5c") ? "backslashes" : pair.includes("%2f") ? "escapes" : "slashes",
  );
  if (new Set(merging).size > 1) return false;
  const segments = path.split(/\/|%2f|%5c/i).map((segment) => segment.replaceAll(/%2e/gi, "."));
  if (/(;|%3b)[^/]*(%2f|%5c)/i.test(path) || /(;|%3b).*(%3f|%23)/i.test(path)) return false;
  return segments.every((segment, index) => {
    const name = segment.split(/;|%3b|%3f|%23/i, 1)[0]!;
    const isNameless = /^(;|%3b)/i.test(segment) && index < segments.length - 1;
    return name !== "." && name !== ".." && !isNameless;
  });
}

function decodedAgain(path: string, separates: boolean): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (whole, hex) => {
    const byte = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\0-\x1f\x7f\\.;?#%]/.test(byte) || (byte === "/" && !separates) ? whole : byte;
  });
}

function read(letters: Letter[], query: string, ways: ReadonlySet<Way>): Target {
  const isDelimiter = ({ byte, escaped }: Letter) => escaped && (byte === "?" || byte === "#");
  const isCut = ({ byte, escaped }: Letter) => byte === ";" && ways.has(escaped ? "cuts escaped" : "cuts");
  const late = ways.has("late") && !ways.has("keeps delimiters");
  const split = late ? letters.findIndex(isDelimiter) : -1;
  const joined = (segment: Letter[]) => merged(segment.map((letter) => written(letter, ways)).join(""), ways);
  const ofPath = split < 0 ? letters : letters.slice(0, split);
  const first = ofPath.findIndex(isCut);
  const segments = segmentsOf(ways.has("cuts rest") && first >= 0 ? ofPath.slice(0, first) : ofPath);
  const kept = segments.map((segment) => {
    const end = segment.findIndex(isCut);
    return end < 0 ? segment : segment.slice(0, end);
  });
  const slash: Letter = { byte: "/", escaped: false };
  const path = joined(kept.flatMap((segment, index) => (index === 0 ? segment : [slash, ...segment])));
  const again = (text: string) => (ways.has("twice") ? decodedAgain(text, !ways.has("keeps slashes")) : text);
  if (split < 0) return targetOf(again(path), query);

  const behind = joined(letters.slice(split));
  const [asked, fragment] = behind.split(/#(.*)/s, 2) as [string, string | undefined];
  const whole = fragment === undefined && query !== "" ? `${asked}?${query}` : asked;
  return whole === "" || whole === "?" ? targetOf(path, "") : { path, query: whole.slice(1), resource: path + whole };
}

/** What a letter is in a reading. */
function written({ byte, escaped }: Letter, ways: ReadonlySet<Way>): string {
  if (!escaped) return byte;
  if (byte === "/" && ways.has("keeps slashes")) return "%2F";
  if (byte === "\\" && ways.has("keeps backslashes")) return "%5C";
  if (byte === "\\" && ways.has("backslash is slash")) return "/";
  if (byte === "?" && ways.has("keeps delimiters")) return "%3F";
  return byte === "#" && ways.has("keeps delimiters") ? "%23" : byte;
}

function merged(text: string, ways: ReadonlySet<Way>): string {
  return ways.has("merges") ? text.replaceAll(/\/+/g, "/") : text;
}

/** Between slashes as they were sent: no parameters have an escaped one among them. */
function segmentsOf(letters: Letter[]): Letter[][] {
  const segments: Letter[][] = [[]];
  for (const letter of letters) {
    if (letter.byte === "/" && !letter.escaped) segments.push([]);
    else segments.at(-1)!.push(letter);
  }
  return segments;
}

function targetOf(path: string, query: string): Target {
  return { path, query, resource: query === "" ? path : `${path}?${query}` };
}

function isUtf8(bytes: string): boolean {
  return Buffer.from(utf8(bytes)).equals(Buffer.from(bytes, "latin1"));
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}
