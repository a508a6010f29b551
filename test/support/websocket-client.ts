// A WebSocket client (RFC 6455) for short text messages, with the request headers of a test.
import { randomBytes } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import type { HeaderLines } from "./https-client.ts";

export interface Handshake {
  readonly ca: string;
  readonly url: string;
  readonly headers: HeaderLines;
}

export interface Exchange {
  /** 101 when the WebSocket was opened. */
  readonly status: number;
  /** What came back, or undefined when the handshake failed. */
  readonly echo: string | undefined;
}

const patience = 10_000;

/** Opens a WebSocket, sends `message`, at most 125 bytes, and waits for the answer. */
export async function exchangeMessage(handshake: Handshake, message: string): Promise<Exchange> {
  await using socket = await WebSocketConnection.open(handshake);
  const { status } = socket;
  return { status, echo: status === 101 ? await socket.exchange(message) : undefined };
}

/** A connection on which the upgrade was answered, also with a refusal. */
export class WebSocketConnection implements AsyncDisposable {
  readonly #socket: TLSSocket;
  readonly #url: string;
  #received = Buffer.alloc(0);
  #arrived: () => void = () => {};
  /** 101 when the WebSocket was opened. */
  status = 0;
  /** Resolves when the other side has ended the connection, or this one. Never rejects. */
  readonly closed: Promise<void>;

  private constructor(socket: TLSSocket, url: string) {
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

  static async open({ ca, url, headers }: Handshake): Promise<WebSocketConnection> {
    const { hostname, host, port, pathname } = new URL(url);
    const lines = [
      ...[`GET ${pathname} HTTP/1.1`, `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket"],
      ...["Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`],
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    const peer = { host: "127.0.0.1", port: Number(port), servername: hostname };
    const socket = connect({ ...peer, ca, ALPNProtocols: ["http/1.1"] });
    const connection = new WebSocketConnection(socket, url);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const head = await connection.#take((received) => headLength(received));
    connection.status = Number(head.toString("latin1", 9, 12));
    return connection;
  }

  /** Sends `message`, at most 125 bytes, and waits for the answer. */
  async exchange(message: string): Promise<string> {
    this.#socket.write(maskedText(message));
    const frame = await this.#take((received) => frameLength(received));
    return frame.toString("utf8", 2);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  /** Waits until `lengthOf` finds something whole at the start of what was received, and takes that many bytes. */
  async #take(lengthOf: (received: Buffer) => number | undefined): Promise<Buffer> {
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
}

/** A text frame as a client sends it (RFC 6455 section 5.2). */
function maskedText(message: string): Buffer {
  const payload = Buffer.from(message);
  const mask = randomBytes(4);
  const hidden = payload.map((byte, at) => byte ^ mask[at & 3]!);
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length), mask, hidden]);
}

/** The length of the first frame, at most 127 bytes, or undefined before it is known. */
function frameLength(received: Buffer): number | undefined {
  return received.length < 2 ? undefined : 2 + received[1]!;
}

/** The length of the response's head, or undefined while it is not all there. */
function headLength(received: Buffer): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  return end < 0 ? undefined : end + 4;
}
