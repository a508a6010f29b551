// Distinguished names as text (RFC 4514): read, and compared with the base that they are looked for under.

export interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** A relative distinguished name: one part, or several joined by `+`. */
export type RelativeName = readonly NamePart[];

/** Reads a DN, innermost name first; undefined when it is none. Values in the `#hex` form are kept as they are written. */
export function parseDn(text: string): readonly RelativeName[] | undefined {
  const names: NamePart[][] = [[]];
  let rest = text;
  if (rest === "") return [];
  for (;;) {
    const type = /^ *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*) *= */.exec(rest);
    if (!type) return undefined;
    rest = rest.slice(type[0].length);
    const value = /^(?:[^\\",+;<>\0]|\\[0-9A-Fa-f]{2}|\\[ "#+,;<=>\\])*/.exec(rest)![0];
    rest = rest.slice(value.length);
    const read = withoutEscapes(value.replace(/(?<!\\) +$/, ""));
    if (read === undefined) return undefined;
    names.at(-1)!.push({ type: type[1]!, value: read });
    if (rest === "") return names;
    if (rest[0] === ",") names.push([]);
    else if (rest[0] !== "+") return undefined;
    rest = rest.slice(1);
  }
}

/** Whether a DN is below a base, or the base itself. Types and values are compared without regard to case. */
export function isWithin(names: readonly RelativeName[], base: readonly RelativeName[]): boolean {
  if (base.length > names.length) return false;
  const tail = names.slice(names.length - base.length);
  return tail.every((name, index) => comparable(name) === comparable(base[index]!));
}

function comparable(name: RelativeName): string {
  const parts = name.map(({ type, value }) => JSON.stringify([type.toLowerCase(), value.toLowerCase()]));
  return parts.sort().join();
}

/** Takes the escapes out; pairs of hex digits are bytes of UTF-8. */
function withoutEscapes(value: string): string | undefined {
  const bytes: Buffer[] = [];
  for (const [piece] of value.matchAll(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+/gsu)) {
    if (!piece.startsWith("\\")) bytes.push(Buffer.from(piece));
    else if (piece.length === 3) bytes.push(Buffer.from(piece.slice(1), "hex"));
    else bytes.push(Buffer.from(piece.slice(1)));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}
