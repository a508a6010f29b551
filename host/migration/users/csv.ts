// Users as comma-separated values (RFC 4180), with the names of the columns in the first line.
import { nearest } from "../../kit/yaml/nearest.ts";
import type { ListReader } from "./list.ts";

/** What columns are called, by what they are. */
const columns = {
  name: ["username", "user", "login", "uid"],
  displayName: ["displayname", "display_name", "name", "full_name", "cn"],
  email: ["email", "mail", "e-mail"],
  groups: ["groups", "roles"],
  hash: ["password_hash", "hash", "userpassword"],
  password: ["password"],
  disabled: ["disabled"],
} as const;
type Column = keyof typeof columns;

const columnOf: ReadonlyMap<string, Column> = new Map(
  Object.entries(columns).flatMap(([column, names]) => names.map((name) => [name, column as Column] as const)),
);

const truths: Readonly<Record<string, boolean>> = {
  "": false,
  "0": false,
  false: false,
  no: false,
  "1": true,
  true: true,
  yes: true,
};

export const readCsv: ListReader = (text, mistake) => {
  const [head, ...rows] = recordsOf(text, mistake);
  const header = (head?.fields ?? []).map((field) => {
    const name = field.trim().toLowerCase();
    const column = columnOf.get(name);
    const meant = nearest(name, [...columnOf.keys()]);
    if (column === undefined)
      mistake(
        1,
        field.trim(),
        `is no column that is known${meant === undefined ? "" : `; did you mean ${meant}?`}; take it out, or rename it`,
      );
    return column;
  });
  for (const [index, column] of header.entries()) {
    const first = header.indexOf(column);
    const name = (at: number) => head!.fields[at]!.trim();
    if (column !== undefined && first < index)
      mistake(1, name(index), `is another column of the same as ${name(first)}; put both into one`);
  }
  if (head && !header.includes("name")) {
    mistake(1, "(header)", `needs a column of user names: ${columns.name.join(", ")}`);
    return [];
  }
  return rows.flatMap(({ line, fields }) => {
    if (fields.length !== header.length) {
      mistake(line, "(line)", `has ${fields.length} fields, and the first line ${header.length}`);
      return [];
    }
    const given = Object.fromEntries(
      header.flatMap((column, index) => (column && fields[index] !== "" ? [[column, fields[index]!] as const] : [])),
    ) as Partial<Record<Column, string>>;
    const { name = "", groups, disabled = "", password, ...others } = given;
    const isDisabled = Object.hasOwn(truths, disabled.toLowerCase()) ? truths[disabled.toLowerCase()]! : undefined;
    if (isDisabled === undefined) mistake(line, "disabled", "must be true or false");
    // A column of that name may have hashes, too; no password that somebody types looks like one.
    const hashed = password !== undefined && /^(\{[\w-]+\}|\$[\w-]+\$)\S{8,}$/.test(password);
    return [
      {
        ...{ line, name, ...others },
        ...(groups && { groups: groups.split(/[,;|]/).map((group) => group.trim()) }),
        ...(isDisabled && { disabled: true }),
        ...(password !== undefined && (hashed ? { hash: password } : { password })),
      },
    ];
  });
};

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Records of fields, of which those in quotation marks may hold anything; lines that are empty are none. */
function recordsOf(text: string, mistake: Parameters<ListReader>[1]): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let fields: string[] = [];
  let line = 1;
  let begin = 1;
  while (field.lastIndex < text.length || fields.length > 0) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) {
      mistake(line, "(line)", "has a quotation mark that is not closed, or something beside one");
      return records;
    }
    const [whole, quoted, plain = "", end] = found;
    fields.push(quoted?.replaceAll('""', '"') ?? plain.trim());
    line += whole.split("\n").length - 1;
    if (end === ",") continue;
    if (fields.some((one) => one !== "")) records.push({ line: begin, fields });
    fields = [];
    begin = line;
    if (field.lastIndex === at || field.lastIndex >= text.length) break;
  }
  return records;
}
