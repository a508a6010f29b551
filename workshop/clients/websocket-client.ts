// A WebSocket client (RFC 6455) for short text messages, with the request headers of a test.
import { randomBytes } from "node:crypto";
import type { HeaderLines } from "./https-client.ts";
import { TlsConnection } from "./tls-connection.ts";

export interface Handshake {
  readonly ca: string;
  readonly url: string;
  readonly headers: HeaderLines;
  /** The lines that ask for the WebSocket, where they are not the usual ones. */
  readonly upgrade?: HeaderLines;
}

export interface Exchange {
  /** 101 when the WebSocket was opened. */
  readonly status: number;
  /** What came back, or undefined when the handshake failed. */
  readonly echo: string | undefined;
}

const usual: HeaderLines = [
  ["Connection", "Upgrade"],
  ["Upgrade", "websocket"],
];

/** Opens a WebSocket, sends `message`, at most 125 bytes, and waits for the answer. */
export async function exchangeMessage(handshake: Handshake, message: string): Promise<Exchange> {
  await using socket = await WebSocketConnection.open(handshake);
  const { status } = socket;
  return { status, echo: status === 101 ? await socket.exchange(message) : undefined };
}

/** A connection on which the upgrade was answered, also with a refusal. */
export class WebSocketConnection implements AsyncDisposable {
  readonly #connection: TlsConnection;
  /** 101 when the WebSocket was opened. */
  readonly status: number;
  /** Resolves when the other side has ended the connection, or this one. Never rejects. */
  readonly closed: Promise<void>;

  private constructor(connection: TlsConnection, status: number) {
    this.#connection = connection;
    this.status = status;
    this.closed = connection.closed;
  }

  static async open({ ca, url, headers, upgrade = usual }: Handshake): Promise<WebSocketConnection> {
    const { host, pathname } = new URL(url);
    const key = randomBytes(16).toString("base64");
    const lines = [
      ...[`GET ${pathname} HTTP/1.1`, `Host: ${host}`, "Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${key}`],
      ...[...upgrade, ...headers].map(([name, value]) => `${name}: ${value}`),
    ];
    const connection = new TlsConnection(url, ca);
    connection.write(`${lines.join("\r\n")}\r\n\r\n`);
    const head = await connection.takeHead();
    return new WebSocketConnection(connection, Number(head.slice(9, 12)));
  }

  /** Sends `message`, at most 125 bytes, and waits for the answer. */
  async exchange(message: string): Promise<string> {
    this.#connection.write(maskedText(message));
    const frame = await this.#connection.take((received) => frameLength(received));
    return frame.toString("utf8", 2);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** A text frame as a client sends it (RFC 6455 section 5.2). */
export function maskedText(message: string): Buffer {
  const payload = Buffer.from(message);
  const mask = randomBytes(4);
  const hidden = payload.map((byte, at) => byte ^ mask[at & 3]!);
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length), mask, hidden]);
}

/** The length of the first frame, at most 127 bytes, or undefined before it is known. */
export function frameLength(received: Buffer): number | undefined {
  return received.length < 2 ? undefined : 2 + received[1]!;
}
