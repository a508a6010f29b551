// Receives the changes that other hosts make by LISTEN, over a connection of its own that is reopened when it breaks.
import { Client, type ClientConfig } from "pg";

/** Waits between two tries to connect again. Milliseconds. */
const shortestWait = 100;
const longestWait = 5000;

/** A connection whose other end is gone without a word shows no error: it is asked something. Milliseconds. */
const askInterval = 5000;

export class PostgresChanges {
  readonly #settings: ClientConfig;
  readonly #self: string;
  readonly #listeners = new Set<() => void>();
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #wait = shortestWait;
  #closed = false;

  /** `self` is the application_name of this host's own connections, whose changes are not told. */
  constructor(settings: ClientConfig, self: string) {
    this.#settings = settings;
    this.#self = self;
  }

  /** Listens from now on. Rejects when the server cannot be reached this first time. */
  async open(): Promise<void> {
    const client = new Client(this.#settings);
    client.on("notification", ({ payload }) => {
      if (payload !== this.#self) this.#tell();
    });
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    this.#client = client;
    try {
      await client.connect();
      await client.query("LISTEN zerohop");
    } catch (error) {
      this.#client = undefined;
      client.end().catch(() => {});
      throw error;
    }
    this.#wait = shortestWait;
    clearInterval(this.#asking);
    this.#asking = setInterval(() => client.query("SELECT").catch(() => this.#lost(client)), askInterval);
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#asking);
    this.#listeners.clear();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearInterval(this.#asking);
    client.end().catch(() => {});
    this.#openLater();
  }

  #openLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // Something may have changed while nobody listened.
      this.open().then(
        () => (this.#closed ? void this.close() : this.#tell()),
        () => this.#openLater(),
      );
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, longestWait);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
