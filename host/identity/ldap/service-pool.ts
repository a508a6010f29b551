// A few connections bound as the service account, kept for the next search.

import { QueueFull, WorkQueue } from "../../kit/work-queue.ts";
import { DirectoryUnavailable } from "../profiles.ts";
import { type LdapConnection, resultCode } from "./connection.ts";
import type { Connector } from "./connector.ts";

/** At most so many connections; others wait for one to become free. */
const size = 4;
const capacity = 256;
/** How long a connection is kept that nobody uses. Milliseconds. */
const longestIdle = 60_000;

export interface ServiceAccount {
  readonly dn: string;
  readonly password: string;
}

interface Idle {
  readonly connection: LdapConnection;
  readonly timer: NodeJS.Timeout;
}

export class ServicePool {
  readonly #connector: Connector;
  readonly #account: ServiceAccount;
  readonly #queue = new WorkQueue(size, capacity);
  readonly #idle: Idle[] = [];
  #closed = false;

  constructor(connector: Connector, account: ServiceAccount) {
    this.#connector = connector;
    this.#account = account;
  }

  /**
   * Runs something that may be run twice: a connection that was kept may turn out to be closed. Throws DirectoryUnavailable,
   * or the server's refusal.
   */
  async run<T>(work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      return await this.#queue.run(() => this.#run(work));
    } catch (error) {
      if (error instanceof QueueFull) throw new DirectoryUnavailable("too many searches at once", { scope: "busy" });
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#closeIdle();
  }

  async #run<T>(work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    const kept = this.#take();
    if (kept)
      try {
        return await this.#use(kept, work);
      } catch (error) {
        if (!(error instanceof DirectoryUnavailable)) throw error;
        // The others are as old.
        this.#closeIdle();
      }
    const connection = await this.#connect();
    try {
      return await this.#use(connection, work);
    } catch (error) {
      if (error instanceof DirectoryUnavailable) this.#connector.failed(error);
      throw error;
    }
  }

  async #use<T>(connection: LdapConnection, work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      return await work(connection);
    } finally {
      this.#keep(connection);
    }
  }

  async #connect(): Promise<LdapConnection> {
    const connection = await this.#connector.open();
    try {
      await connection.bind(this.#account.dn, this.#account.password);
      this.#connector.succeeded();
      return connection;
    } catch (error) {
      connection.close();
      const code = resultCode(error);
      const unavailable =
        code === undefined
          ? (error as DirectoryUnavailable)
          : new DirectoryUnavailable(`the service account cannot log in: result code ${code}`, { cause: error });
      this.#connector.failed(unavailable);
      throw unavailable;
    }
  }

  #closeIdle(): void {
    for (const { connection, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      connection.close();
    }
  }

  #take(): LdapConnection | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.connection.usable) return idle.connection;
    }
    return undefined;
  }

  #keep(connection: LdapConnection): void {
    if (!connection.usable) return;
    if (this.#closed) {
      connection.close();
      return;
    }
    const timer = setTimeout(() => {
      const index = this.#idle.findIndex((idle) => idle.connection === connection);
      if (index >= 0) this.#idle.splice(index, 1);
      connection.close();
    }, longestIdle);
    timer.unref();
    this.#idle.push({ connection, timer });
  }
}
