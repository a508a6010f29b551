// What is encrypted in the database, as a whole: looked through, and encrypted anew.
import type { Queries } from "../sql/queries.ts";
import { settled } from "../sql/rows.ts";
import { Store } from "../sql/store.ts";
import { keyIdConstant, type SealedRow, type Sealing, saltConstant, sealedColumns } from "./sealed-columns.ts";

export interface SealedValue {
  /** `TABLE.COLUMN`. */
  readonly column: string;
  /** The row, as the column that names rows says it. */
  readonly row: string;
  readonly sealing: Sealing;
  readonly sealed: Uint8Array;
}

export class EncryptionStore extends Store {
  /** A named value that is set once, such as a salt. Returns the value that stands. */
  constant(name: string, initial: string): Promise<string> {
    return settled(this.database, "constants", ["name", "value"], name, initial);
  }

  /** A sealed key that is set once, by its name. Returns the one that stands. */
  hashKey(name: string, initial: Uint8Array): Promise<Uint8Array> {
    return settled(this.database, "hash_keys", ["name", "sealed"], name, initial);
  }

  /** Every sealed value there is, or those of one table, all as of one moment. */
  values(table?: string): Promise<readonly SealedValue[]> {
    return sealedValues(this.database, table);
  }

  /**
   * Puts another key in force, and what `reseal` makes of each value in its place, all in one step. What throws leaves
   * everything as it was. Undefined, and nothing done, when another key than `before` is in force; else how many values.
   */
  async changeKey(
    before: string,
    { keyId, salt }: { readonly keyId: string; readonly salt: string },
    reseal: (value: SealedValue) => Uint8Array,
  ): Promise<number | undefined> {
    return this.database.transaction(async (queries) => {
      // Nobody writes to these meanwhile: whoever waits is then held to the new key.
      await queries.lockTables(["constants", ...new Set(sealedColumns.map(({ table }) => table))]);
      const current = "SELECT value FROM constants WHERE name = $1";
      const [row] = await queries.rows<{ value: string }>(current, keyIdConstant);
      if (row?.value !== before) return undefined;
      const set = "UPDATE constants SET value = $1 WHERE name = $2";
      await queries.changes(set, keyId, keyIdConstant);
      await queries.changes(set, salt, saltConstant);
      const keys = new Map(
        sealedColumns.map(({ table, column, key }) => [`${table}.${column}`, { table, column, key }]),
      );
      const values = await sealedValues(queries);
      for (const value of values) {
        const { table, column, key } = keys.get(value.column)!;
        await queries.changes(`UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2`, reseal(value), value.row);
      }
      return values.length;
    });
  }
}

/** In one statement, which sees one moment. */
async function sealedValues(queries: Queries, only?: string): Promise<readonly SealedValue[]> {
  const columns = sealedColumns.filter(({ table }) => only === undefined || table === only);
  const selects = columns.map(
    ({ table, column, key, needs = key }, index) =>
      `SELECT ${index} AS place, ${key} AS name, ${needs} AS need, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
  );
  const rows = await queries.rows<{ place: number; name: string; need: string; sealed: Uint8Array }>(
    `SELECT place, name, need, sealed FROM (${selects.join(" UNION ALL ")}) AS everything ORDER BY place, name COLLATE "C"`,
  );
  return rows.map(({ place, name, need, sealed }) => {
    const { table, column, key, needs = key, sealing } = columns[place]!;
    const row: SealedRow = { [key]: name, [needs]: need };
    return { column: `${table}.${column}`, row: name, sealing: sealing(row), sealed };
  });
}
