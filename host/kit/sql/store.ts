// What every store is: the statements about some tables of the database that hosts share.
import type { Database, Transaction, Value } from "./queries.ts";

export abstract class Store {
  protected readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The first row of a SELECT; undefined when there is none. */
  protected async row<Row>(sql: string, ...values: readonly Value[]): Promise<Row | undefined> {
    return (await this.database.rows<Row>(sql, ...values))[0];
  }

  /** Runs a statement that writes; whether it has changed anything. */
  protected async changed(sql: string, ...values: readonly Value[]): Promise<boolean> {
    return (await this.database.changes(sql, ...values)) > 0;
  }

  /** A transaction that runs beside no other one which locks the same name. */
  protected locked<T>(name: string, run: (queries: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(async (queries) => {
      await queries.lock(name);
      return run(queries);
    });
  }
}
