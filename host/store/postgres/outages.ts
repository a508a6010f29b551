// The hosts' pulse in PostgreSQL. They share it: while one of them is up, there is no outage.
import type { OutageStore } from "../outage-store.ts";
import type { PostgresDatabase } from "./database.ts";

export class PostgresOutages implements OutageStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async beat(now: number): Promise<void> {
    await this.#database.changes(
      "INSERT INTO heartbeat (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
      now,
    );
  }

  async lastBeat(): Promise<number | undefined> {
    const [row] = await this.#database.rows<{ at: number }>("SELECT at FROM heartbeat");
    return row?.at;
  }

  async extendLeases({ since, now, grace, inactivity }: Parameters<OutageStore["extendLeases"]>[0]): Promise<void> {
    await this.#database.changes(
      `UPDATE sessions SET lease_until = least($2::bigint, lease_until + $3::bigint)
       WHERE lease_until < $2::bigint AND lease_until + $4::bigint > $1::bigint`,
      since,
      now,
      grace,
      inactivity,
    );
  }
}
