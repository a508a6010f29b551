// What is encrypted in PostgreSQL.
import type { EncryptionStore, SealedValue } from "../encryption-store.ts";
import { keyIdConstant, type SealedColumn, type SealedRow, saltConstant, sealedColumns } from "../sealed-columns.ts";
import type { PostgresDatabase, Queries } from "./database.ts";

export class PostgresEncryption implements EncryptionStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async hashKey(name: string, initial: Uint8Array): Promise<Uint8Array> {
    const insert = "INSERT INTO hash_keys (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    await this.#database.changes(insert, name, initial);
    const [row] = await this.#database.rows<{ sealed: Uint8Array }>(
      "SELECT sealed FROM hash_keys WHERE name = $1",
      name,
    );
    return row!.sealed;
  }

  async values(): Promise<readonly SealedValue[]> {
    return this.#database.transaction(async (queries) => {
      await queries.changes("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const values: SealedValue[] = [];
      for (const column of sealedColumns) values.push(...(await valuesOf(queries, column)));
      return values;
    });
  }

  async changeKey(
    before: string,
    { keyId, salt }: { readonly keyId: string; readonly salt: string },
    reseal: (value: SealedValue) => Uint8Array,
  ): Promise<number | undefined> {
    return this.#database.transaction(async (queries) => {
      // Nobody writes to these meanwhile: whoever waits is then held to the new key.
      const tables = [...new Set(sealedColumns.map(({ table }) => table))];
      await queries.changes(`LOCK TABLE constants, ${tables.join(", ")} IN SHARE ROW EXCLUSIVE MODE`);
      const current = "SELECT value FROM constants WHERE name = $1";
      const [row] = await queries.rows<{ value: string }>(current, keyIdConstant);
      if (row?.value !== before) return undefined;
      for (const [name, value] of [
        [keyIdConstant, keyId],
        [saltConstant, salt],
      ] as const)
        await queries.changes("UPDATE constants SET value = $1 WHERE name = $2", value, name);
      let count = 0;
      for (const column of sealedColumns) {
        const { table, column: name, key } = column;
        for (const value of await valuesOf(queries, column)) {
          await queries.changes(`UPDATE ${table} SET ${name} = $1 WHERE ${key} = $2`, reseal(value), value.row);
          count++;
        }
      }
      return count;
    });
  }
}

async function valuesOf(queries: Queries, { table, column, key, needs = [], sealing }: SealedColumn) {
  const rows = await queries.rows<SealedRow & { sealed_value: Uint8Array }>(
    `SELECT ${[key, ...needs].join(", ")}, ${column} AS sealed_value FROM ${table} WHERE ${column} IS NOT NULL
     ORDER BY ${key} COLLATE "C"`,
  );
  return rows.map(
    ({ sealed_value: sealed, ...row }): SealedValue => ({
      ...{ column: `${table}.${column}`, row: row[key]!, sealing: sealing(row as SealedRow), sealed },
    }),
  );
}
