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

const flags = [false, true];

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
  if (!letters || !isUnmistakable(letters)) return [];
  return flags.flatMap((late) =>
    flags.flatMap((keeps) =>
      flags.flatMap((cutsEscaped) =>
        flags.map((cuts) => read(letters, query, (at) => cutsAt(at, cuts, cutsEscaped), keeps, late && !keeps)),
      ),
    ),
  );
}

function lettersOf(path: string): Letter[] | undefined {
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  return [...path.matchAll(/%(..)|./gs)].map(([text, hex]) =>
    hex === undefined
      ? { byte: text, escaped: false }
      : { byte: String.fromCharCode(Number.parseInt(hex, 16)), escaped: true },
  );
}

function isUnmistakable(letters: Letter[]): boolean {
  if (letters.some(({ byte, escaped }) => escaped && /[\0-\x1f\x7f/\\]/.test(byte))) return false;
  const path = letters.map(({ byte }) => byte).join("");
  if (/%[0-9a-f]{2}/i.test(path) || !isUtf8(path)) return false;
  const segments = path.split("/").slice(1);
  return segments.every((segment, index) => {
    const name = segment.split(/[;?#]/, 1)[0]!;
    if (name === "." || name === ".." || segment.startsWith(";") || /;.*[?#]/.test(segment)) return false;
    return segment !== "" || index === segments.length - 1;
  });
}

function cutsAt({ byte, escaped }: Letter, cuts: boolean, cutsEscaped: boolean): boolean {
  return byte === ";" && (escaped ? cutsEscaped : cuts);
}

function read(
  letters: Letter[],
  query: string,
  cut: (letter: Letter) => boolean,
  keeps: boolean,
  late: boolean,
): Target {
  const isDelimiter = ({ byte, escaped }: Letter) => escaped && (byte === "?" || byte === "#");
  const split = late ? letters.findIndex(isDelimiter) : -1;
  const ofPath = split < 0 ? letters : letters.slice(0, split);
  const path = segmentsOf(ofPath)
    .map((segment) => {
      const end = segment.findIndex(cut);
      return (end < 0 ? segment : segment.slice(0, end)).map((letter) =>
        keeps && isDelimiter(letter) ? (letter.byte === "?" ? "%3F" : "%23") : letter.byte,
      );
    })
    .map((segment) => segment.join(""))
    .join("/");
  if (split < 0) return targetOf(path, query);

  const behind = letters
    .slice(split)
    .map(({ byte }) => byte)
    .join("");
  const [asked, fragment] = behind.split(/#(.*)/s, 2) as [string, string | undefined];
  const whole = fragment === undefined && query !== "" ? `${asked}?${query}` : asked;
  return whole === "" ? targetOf(path, "") : { path, query: whole.slice(1), resource: path + whole };
}

function segmentsOf(letters: Letter[]): Letter[][] {
  const segments: Letter[][] = [[]];
  for (const letter of letters) {
    if (letter.byte === "/") segments.push([]);
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
