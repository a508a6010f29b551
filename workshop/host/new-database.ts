// A SQLite database at the current schema, as a host finds it after its first start but for the keys, which each host makes itself.
// All of them have one salt: what makes a passphrase dear to guess, scrypt, is computed once for all the hosts of a test file, and
// not a tenth of a second for each of some two thousand.
import crypto, { type ScryptOptions } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saltConstant } from "../../host/kit/encryption/sealed-columns.ts";
import { EncryptionStore } from "../../host/kit/encryption/store.ts";
import { openSqlite } from "../../host/kit/sql/sqlite/open.ts";

keepWhatScryptDerives();
let content: Promise<Buffer> | undefined;

/** Writes it into a file that is not there yet. */
export async function writeNewDatabase(file: string): Promise<void> {
  content ??= made();
  writeFileSync(file, await content, { mode: 0o600, flag: "wx" });
}

async function made(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-database-"));
  try {
    const file = join(folder, "db.sqlite3");
    const database = openSqlite(file);
    await new EncryptionStore(database).constant(saltConstant, crypto.randomBytes(16).toString("base64url"));
    // All of it is in the file itself then.
    await database.close();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Has node:crypto's scryptSync look first among what it has derived in this process: of the same it derives the same. */
function keepWhatScryptDerives(): void {
  const { scryptSync: derive } = crypto;
  const derived = new Map<string, Buffer>();
  const bytesOf = (value: crypto.BinaryLike) =>
    typeof value === "string" ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  crypto.scryptSync = (
    password: crypto.BinaryLike,
    salt: crypto.BinaryLike,
    length: number,
    options: ScryptOptions = {},
  ) => {
    const key = JSON.stringify([bytesOf(password).toString("hex"), bytesOf(salt).toString("hex"), length, options]);
    const known = derived.get(key) ?? derive(password, salt, length, options);
    derived.set(key, known);
    return Buffer.from(known);
  };
  syncBuiltinESMExports();
}
