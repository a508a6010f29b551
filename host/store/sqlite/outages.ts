// The host's pulse in SQLite.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { OutageStore } from "../outage-store.ts";

export class SqliteOutages implements OutageStore {
  readonly #beat: StatementSync;
  readonly #lastBeat: StatementSync;
  readonly #extend: StatementSync;

  constructor(database: DatabaseSync) {
    this.#beat = database.prepare(
      "INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    );
    this.#lastBeat = database.prepare("SELECT at FROM heartbeat");
    this.#extend = database.prepare(
      `UPDATE sessions SET lease_until = min(:now, lease_until + :grace)
       WHERE lease_until < :now AND lease_until + :inactivity > :since`,
    );
  }

  async beat(now: number): Promise<void> {
    this.#beat.run(now);
  }

  async lastBeat(): Promise<number | undefined> {
    return (this.#lastBeat.get() as { at: number } | undefined)?.at;
  }

  async extendLeases({ since, now, grace, inactivity }: Parameters<OutageStore["extendLeases"]>[0]): Promise<void> {
    this.#extend.run({ since, now, grace, inactivity });
  }
}
