// A TLS connection to a proxy on 127.0.0.1, read a piece at a time: for protocols that begin as HTTP/1.1 and go on as something else.
import { connect, type TLSSocket } from "node:tls";

/** Milliseconds. */
const patience = 10_000;

export class TlsConnection implements AsyncDisposable {
  readonly #socket: TLSSocket;
  readonly #url: string;
  #received = Buffer.alloc(0);
  #arrived: () => void = () => {};
  /** Resolves when the other side has ended the connection, or this one. Never rejects. */
  readonly closed: Promise<void>;

  /** Connects to the port of `url`, with its host as the server name, and offers HTTP/1.1. `ca` is PEM. */
  constructor(url: string, ca: string) {
    const { hostname, port } = new URL(url);
    const socket = connect({
      ...{ host: "127.0.0.1", port: Number(port), servername: hostname },
      ...{ ca, ALPNProtocols: ["http/1.1"] },
    });
    this.#socket = socket;
    this.#url = url;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#arrived();
    });
    // A reset is one way for the other side to end it; "close" follows.
    socket.on("error", () => {});
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /**
   * Waits until `lengthOf` finds something whole at the start of what was received, and takes that many bytes. Throws when the
   * connection ends before, or nothing whole comes in 10 s.
   */
  async take(lengthOf: (received: Buffer) => number | undefined): Promise<Buffer> {
    const late = AbortSignal.timeout(patience);
    for (;;) {
      const length = lengthOf(this.#received);
      if (length !== undefined && length <= this.#received.length) {
        const taken = this.#received.subarray(0, length);
        this.#received = this.#received.subarray(length);
        return taken;
      }
      if (this.#socket.closed) throw new Error(`${this.#url} closed the connection`);
      if (late.aborted) throw new Error(`${this.#url} did not answer within ${patience} ms`);
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        late.addEventListener("abort", () => resolve());
        void this.closed.then(resolve);
      });
    }
  }

  /** The head of a response (RFC 9112, section 2.1), its empty line included. */
  async takeHead(): Promise<string> {
    const head = await this.take((received) => {
      const end = received.indexOf("\r\n\r\n");
      return end < 0 ? undefined : end + 4;
    });
    return head.toString("latin1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }
}
