// The schema in PostgreSQL: the numbered steps of SQLite's, in PostgreSQL's words, with what only PostgreSQL needs.

import { keyIdConstant, keyIdLength, sealedColumns, sealRefusal } from "../../encryption/sealed-columns.ts";
import type { Database } from "../queries.ts";
import { migrations as sqlite, stepsFrom } from "../sqlite/migrations.ts";

/** Held while the schema changes, so that hosts that start together take turns. */
const schemaLock = 0x7a65726f;

/** What a step needs beside its tables, by its index. SQLite has rowid and data_version for these. */
const additions: Readonly<Record<number, string>> = {
  0: `
  CREATE FUNCTION zerohop_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('zerohop', current_setting('application_name')); RETURN NULL; END $$;
  CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON signing_keys
    FOR EACH ROW EXECUTE FUNCTION zerohop_changed();
  CREATE TRIGGER changed AFTER INSERT ON revoked_sessions FOR EACH ROW EXECUTE FUNCTION zerohop_changed();
  CREATE TRIGGER changed AFTER INSERT OR UPDATE ON not_before FOR EACH ROW EXECUTE FUNCTION zerohop_changed();
  `,
  2: "ALTER TABLE challenges ADD COLUMN ordinal BIGINT GENERATED ALWAYS AS IDENTITY",
  17: `
  DROP TRIGGER changed ON revoked_sessions;
  DROP TRIGGER changed ON not_before;
  CREATE TRIGGER changed AFTER INSERT OR UPDATE OF forget_at ON revoked_sessions
    FOR EACH ROW EXECUTE FUNCTION zerohop_changed();
  CREATE TRIGGER changed AFTER INSERT OR UPDATE OF time, forget_at ON not_before
    FOR EACH ROW EXECUTE FUNCTION zerohop_changed();
  `,
};

/** Triggers that keep out of the sealed columns what was not sealed with the key in force; laid anew after every migration. */
const guards = `
  CREATE OR REPLACE FUNCTION zerohop_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE sealed bytea;
    BEGIN
      EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO sealed USING NEW;
      IF encode(substring(sealed FROM 2 FOR ${keyIdLength}), 'hex') <>
          (SELECT value FROM constants WHERE name = '${keyIdConstant}') THEN
        RAISE EXCEPTION '%.% ${sealRefusal}', TG_TABLE_NAME, TG_ARGV[0];
      END IF;
      RETURN NEW;
    END $$;
  ${sealedColumns
    .map(({ table, column }) => {
      const name = `sealed_${table}_${column}`;
      return `DROP TRIGGER IF EXISTS ${name} ON ${table};
  CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE OF ${column} ON ${table}
    FOR EACH ROW EXECUTE FUNCTION zerohop_sealed('${column}');`;
    })
    .join("\n  ")}
`;

/** The SQL of each step. */
export const migrations: readonly string[] = sqlite.map((sql, index) => `${translated(sql)};${additions[index] ?? ""}`);

function translated(sql: string): string {
  return sql
    .replace(/\bINTEGER PRIMARY KEY AUTOINCREMENT\b/g, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
    .replace(/\bINTEGER\b/g, "BIGINT")
    .replace(/\bBLOB\b/g, "BYTEA")
    .replace(/\) STRICT\b/g, ")");
}

/** Brings a database to the current schema, all steps in one transaction. Refuses one that a newer Zerohop has written. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async ({ rows, changes, takeTime }) => {
    // A new index of a large table takes minutes.
    await takeTime();
    await rows("SELECT pg_advisory_xact_lock($1)", schemaLock);
    await changes("CREATE TABLE IF NOT EXISTS meta (version BIGINT NOT NULL)");
    const [row] = await rows<{ version: number }>("SELECT version FROM meta");
    const steps = stepsFrom(row?.version ?? 0, "the PostgreSQL database", { all: migrations, guards: [guards] });
    for (const step of steps) await changes(step);
  });
}
