// Checks that a database is Zerohop's. One that holds only tables of another product is refused before anything in it is changed:
// a configuration that was taken over from another portal names that portal's database, and to make our tables in it would
// look as if all went well, with every second factor gone.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HostError } from "../errors.ts";
import { busyTimeout, sqliteProblem } from "./sqlite/locked.ts";

/** Tables that every release of Zerohop has made, in one transaction; nobody else has all of them. */
const ownTables = ["meta", "constants", "signing_keys", "revoked_sessions", "not_before"];

/** Tables by which the database of another product is known. */
const products: readonly { readonly name: string; readonly tables: readonly string[] }[] = [
  { name: "Authelia", tables: ["authentication_logs", "user_preferences"] },
  { name: "authentik", tables: ["authentik_core_user"] },
  { name: "Keycloak", tables: ["user_entity", "credential", "realm"] },
];

/** Messages name so many tables. */
const namedTables = 5;

/** Checks a SQLite file, which need not exist, and changes nothing in it: its journal mode stays. Throws HostError "storage". */
export function checkSqliteOwner(file: string): void {
  if (!existsSync(file)) return;
  const remedy = "name a file of Zerohop's own in storage.local.path, which need not exist yet";
  refuseForeign(sqliteTables(file), file, remedy);
}

function sqliteTables(file: string): string[] {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeout });
    const tables = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'";
    return database
      .prepare(tables)
      .all()
      .map(({ name }) => String(name));
  } catch (error) {
    throw new HostError("storage", `cannot open the database ${sqliteProblem(file, error as Error)}`, { cause: error });
  } finally {
    database?.close();
  }
}

/** Runs a statement of PostgreSQL and returns its rows. */
type Rows = <Row>(sql: string) => Promise<Row[]>;

/** What extensions have brought along is nobody's. */
const relations = `
  SELECT n.nspname AS schema, c.relname AS name, n.nspname = current_schema() AS first
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

interface Relation {
  readonly schema: string;
  readonly name: string;
  /** Whether it is in the schema that new tables are made in. */
  readonly first: boolean;
}

/** Checks a PostgreSQL database: the first schema of the user's search_path, where tables are made. Throws HostError "storage". */
export async function checkPostgresOwner(rows: Rows, database: string): Promise<void> {
  const found = await rows<Relation>(relations);
  const first = found.filter((relation) => relation.first);
  const remedy =
    "name a database of Zerohop's own in storage.postgres.database, or set its user's search_path to a schema of its own";
  refuseForeign(
    first.map(({ name }) => name),
    `the schema ${first[0]?.schema} of the database ${database}`,
    remedy,
  );
  if (first.length > 0) return;
  const elsewhere = Map.groupBy(found, ({ schema }) => schema);
  for (const [schema, tables] of elsewhere)
    if (isOurs(tables.map(({ name }) => name)))
      throw new HostError(
        "storage",
        `the tables of Zerohop are in the schema ${schema} of the database ${database}, and the search_path of its user begins ` +
          `with another, which is empty: put ${schema} first`,
      );
}

function isOurs(tables: readonly string[]): boolean {
  return ownTables.every((table) => tables.includes(table));
}

function refuseForeign(tables: readonly string[], where: string, remedy: string): void {
  if (tables.length === 0 || isOurs(tables)) return;
  const product = products.find((candidate) => candidate.tables.every((table) => tables.includes(table)));
  const named = tables.toSorted().slice(0, namedTables).join(", ");
  const others = tables.length > namedTables ? ` and ${tables.length - namedTables} more` : "";
  throw new HostError(
    "storage",
    `${where} belongs to ${product?.name ?? "another product"}: it has the tables ${named}${others}, and none of Zerohop's. ` +
      `It was left as it is; ${remedy}`,
  );
}
