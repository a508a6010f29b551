import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { startNodeProgram } from "../../../../workshop/processes/node-program.ts";
import { openSqliteStores, revocationsAt } from "../../support/stores.ts";

const kills = 100;
const writer = join(import.meta.dirname, "writer.ts");

/** Lets a writer work for a moment, kills it, and returns what it said was done. */
async function killedWriter(database: string): Promise<readonly string[]> {
  const child = startNodeProgram(writer, [database]);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await sleep(Math.random() * 30);
  child.kill("SIGKILL");
  await closed;
  return output.split("\n").slice(0, -1);
}

test("SQLite keeps every acknowledged enrolment and revocation through 100 kills, and the file stays sound", async () => {
  const database = join(temporaryFolder(), "db.sqlite3");
  const done: string[] = [];
  // Three at a time, so that there is one who writes while others start.
  let left = kills;
  const killer = async () => {
    while (left-- > 0) done.push(...(await killedWriter(database)));
  };
  await Promise.all([killer(), killer(), killer()]);
  const idsOf = (what: string) => done.filter((line) => line.startsWith(what)).map((line) => line.split(" ")[1]!);
  const [enrolled, revoked] = [idsOf("enrolled"), idsOf("revoked")];
  expect(enrolled.length).toBeGreaterThanOrEqual(kills);

  const store = openSqliteStores(database);
  const passkeys = new Set((await store.passkeys.of("alice")).map(({ id }) => id));
  const revocations = new Set((await revocationsAt(store, 1_790_000_000)).sessions);
  await store.close();
  expect(enrolled.filter((id) => !passkeys.has(id))).toEqual([]);
  expect(revoked.filter((id) => !revocations.has(id))).toEqual([]);
  expect(new DatabaseSync(database).prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
}, 300_000);
