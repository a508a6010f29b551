// Opens connections, and after a failure says no at once for a moment: while a server does not answer, its callers shall not
// wait for it one after the other.
import type { Logger } from "../../kit/log.ts";
import { DirectoryUnavailable } from "../profiles.ts";
import { LdapConnection } from "./connection.ts";
import type { TransportOptions } from "./transport.ts";

/** Milliseconds. */
const pause = 1_000;

export class Connector {
  readonly #options: TransportOptions;
  readonly #log: Logger;
  #failure: { readonly reason: string; readonly until: number } | undefined;

  constructor(options: TransportOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /** Throws DirectoryUnavailable. */
  async open(): Promise<LdapConnection> {
    if (this.#failure && performance.now() < this.#failure.until) throw new DirectoryUnavailable(this.#failure.reason);
    try {
      return await LdapConnection.open(this.#options);
    } catch (error) {
      if (error instanceof DirectoryUnavailable) this.failed(error);
      throw error;
    }
  }

  /** Told when a new connection was of no use. */
  failed({ message: reason }: DirectoryUnavailable): void {
    if (!this.#failure) this.#log.error({ reason }, "the user directory is not available");
    this.#failure = { reason, until: performance.now() + pause };
  }

  /** Told when a connection has proved to be of use. */
  succeeded(): void {
    if (this.#failure) this.#log.info("the user directory can be reached again");
    this.#failure = undefined;
  }
}
