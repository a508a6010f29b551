// Rows as the objects that they stand for: the column created_at is the property createdAt, and that is said nowhere else.
import type { Queries, Value } from "./queries.ts";

/** An object as its row has it: true and false as 1 and 0, lists and records as JSON. */
export type RowOf<T> = {
  readonly [Key in keyof T]: T[Key] extends Value ? T[Key] : T[Key] extends boolean ? 0 | 1 : string;
};

const properties = new Map<string, string>();

function propertyOf(column: string): string {
  let property = properties.get(column);
  if (property === undefined) {
    property = column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    properties.set(column, property);
  }
  return property;
}

export function objectsFrom(rows: readonly object[]): readonly object[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [propertyOf(column), value])),
  );
}

/** The statement that adds an object's row, and its values. `otherwise` is done about a row that is there already. */
export function insertion(table: string, object: object, otherwise = ""): [sql: string, ...values: Value[]] {
  const columns = columnsOf(object);
  const marks = columns.map((_, index) => `$${index + 1}`);
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks.join(", ")}) ${otherwise}`;
  return [sql, ...Object.values(object).map(storedFrom)];
}

/** The same, in the place of a row that has the same `key`: some columns. */
export function replacement(table: string, key: string, object: object): [sql: string, ...values: Value[]] {
  const others = columnsOf(object).map((column) => `${column} = excluded.${column}`);
  return insertion(table, object, `ON CONFLICT (${key}) DO UPDATE SET ${others.join(", ")}`);
}

/** Returns the column `value` of a key, which becomes `initial` when there is no row yet. The first writer sets it. */
export async function settled<T extends Value>(
  queries: Queries,
  table: string,
  [key, value]: readonly [key: string, value: string],
  name: string,
  initial: T,
): Promise<T> {
  const select = `SELECT ${value} AS value FROM ${table} WHERE ${key} = $1`;
  const [known] = await queries.rows<{ value: T }>(select, name);
  if (known) return known.value;
  await queries.changes(...insertion(table, { [key]: name, [value]: initial }, "ON CONFLICT DO NOTHING"));
  return (await queries.rows<{ value: T }>(select, name))[0]!.value;
}

function columnsOf(object: object): string[] {
  return Object.keys(object).map((key) => `"${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`);
}

function storedFrom(value: unknown): Value {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value as Value;
}
