// What is encrypted in SQLite.
import type { DatabaseSync } from "node:sqlite";
import type { EncryptionStore, SealedValue } from "../encryption-store.ts";
import { keyIdConstant, type SealedColumn, type SealedRow, saltConstant, sealedColumns } from "../sealed-columns.ts";
import { inTransaction } from "./transaction.ts";

export class SqliteEncryption implements EncryptionStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async hashKey(name: string, initial: Uint8Array): Promise<Uint8Array> {
    this.#database.prepare("INSERT OR IGNORE INTO hash_keys (name, sealed) VALUES (?, ?)").run(name, initial);
    const row = this.#database.prepare("SELECT sealed FROM hash_keys WHERE name = ?").get(name);
    return (row as { sealed: Uint8Array }).sealed;
  }

  async values(): Promise<readonly SealedValue[]> {
    return inTransaction(this.#database, () => sealedColumns.flatMap((column) => this.#valuesOf(column)));
  }

  #valuesOf({ table, column, key, needs = [], sealing }: SealedColumn): SealedValue[] {
    const rows = this.#database
      .prepare(
        `SELECT ${[key, ...needs].join(", ")}, ${column} AS sealed_value FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${key}`,
      )
      .all();
    return (rows as unknown as (SealedRow & { sealed_value: Uint8Array })[]).map(
      ({ sealed_value: sealed, ...row }) => ({
        ...{ column: `${table}.${column}`, row: row[key]!, sealing: sealing(row), sealed },
      }),
    );
  }

  async changeKey(
    before: string,
    { keyId, salt }: { readonly keyId: string; readonly salt: string },
    reseal: (value: SealedValue) => Uint8Array,
  ): Promise<number | undefined> {
    return inTransaction(this.#database, () => {
      const set = this.#database.prepare("UPDATE constants SET value = ? WHERE name = ?");
      const current = this.#database.prepare("SELECT value FROM constants WHERE name = ?").get(keyIdConstant);
      if ((current as { value: string } | undefined)?.value !== before) return undefined;
      set.run(keyId, keyIdConstant);
      set.run(salt, saltConstant);
      let count = 0;
      for (const column of sealedColumns) {
        const { table, column: name, key } = column;
        const update = this.#database.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${key} = ?`);
        for (const value of this.#valuesOf(column)) {
          update.run(reseal(value), value.row);
          count++;
        }
      }
      return count;
    });
  }
}
