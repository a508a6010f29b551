// A client that asks for HTTP/2 in the clear by an upgrade (RFC 7540, section 3.2), as whoever smuggles does: behind a 101 it sends
// requests of its own choice. It reads no more of HTTP/2 than the DATA frames of its answers.
import type { HeaderLines } from "./https-client.ts";
import { TlsConnection } from "./tls-connection.ts";

/** The request headers by which RFC 7540 asks for it; the setting is the default window. */
export const http2Settings = ["HTTP2-Settings", "AAQAAP__"] as const;
export const h2cUpgrade: HeaderLines = [["Connection", "Upgrade, HTTP2-Settings"], ["Upgrade", "h2c"], http2Settings];

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/**
 * The bytes of HTTP/2 by prior knowledge (RFC 9113, section 3.3): one request, and the wish to end. One character a byte.
 */
export function priorKnowledge(authority: string, path: string, headers: HeaderLines): string {
  const frames = [
    frame(frameType.settings, 0, 0),
    frame(frameType.headers, flag.endStream | flag.endHeaders, 1, requestFields(authority, path, headers)),
    frame(frameType.goAway, 0, 0, Buffer.alloc(8)),
  ];
  return preface + Buffer.concat(frames).toString("latin1");
}

const frameType = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 } as const;
const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const;

export interface UpgradeRequest {
  readonly ca: string;
  readonly url: string;
  readonly method?: string;
  readonly headers: HeaderLines;
}

export class UpgradeAttempt implements AsyncDisposable {
  readonly #connection: TlsConnection;
  /** 101 when there is a tunnel now. */
  readonly status: number;
  /** Of a plain answer. */
  readonly body: string;
  #lastStream = 1;

  private constructor(connection: TlsConnection, status: number, body: string) {
    this.#connection = connection;
    this.status = status;
    this.body = body;
  }

  /** Sends a request whose headers, but for Host, are those given. */
  static async open({ ca, url, method = "GET", headers }: UpgradeRequest): Promise<UpgradeAttempt> {
    const { host, pathname } = new URL(url);
    const lines = [
      ...[`${method} ${pathname} HTTP/1.1`, `Host: ${host}`],
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    const connection = new TlsConnection(url, ca);
    connection.write(`${lines.join("\r\n")}\r\n\r\n`);
    const head = await connection.takeHead();
    const status = Number(head.slice(9, 12));
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const body = status === 101 ? "" : await bodyOf(connection, length === undefined ? undefined : Number(length));
    return new UpgradeAttempt(connection, status, body);
  }

  /** Sends a request through the tunnel and returns the answer's body. Throws when there is none. */
  async smuggle(authority: string, path: string, headers: HeaderLines = []): Promise<string> {
    if (this.#lastStream === 1) this.#connection.write(preface + frame(frameType.settings, 0, 0).toString("latin1"));
    // Stream 1 is the request that asked for the upgrade.
    this.#lastStream += 2;
    const fields = requestFields(authority, path, headers);
    this.#connection.write(frame(frameType.headers, flag.endStream | flag.endHeaders, this.#lastStream, fields));
    return this.#answer(this.#lastStream);
  }

  async #answer(stream: number): Promise<string> {
    const chunks: Buffer[] = [];
    for (;;) {
      const received = await this.#connection.take((bytes) =>
        bytes.length < 9 ? undefined : 9 + bytes.readUIntBE(0, 3),
      );
      const [type, flags, of] = [received[3]!, received[4]!, received.readUInt32BE(5)];
      if (type === frameType.settings && !(flags & flag.ack))
        this.#connection.write(frame(frameType.settings, flag.ack, 0));
      if (type === frameType.goAway || (type === frameType.reset && of === stream))
        throw new Error(`the other end broke off: ${received.toString("latin1")}`);
      if (of !== stream) continue;
      if (type === frameType.data) chunks.push(received.subarray(9));
      if ((type === frameType.data || type === frameType.headers) && flags & flag.endStream)
        return Buffer.concat(chunks).toString();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** The body of an answer of HTTP/1.1, of this length or in chunks. */
async function bodyOf(connection: TlsConnection, length: number | undefined): Promise<string> {
  const end = (received: Buffer) => {
    const at = received.indexOf("0\r\n\r\n");
    return at < 0 ? undefined : at + 5;
  };
  return (await connection.take(length === undefined ? end : () => length)).toString();
}

/** The field block of a GET. */
function requestFields(authority: string, path: string, headers: HeaderLines): Buffer {
  const fields: HeaderLines = [
    ...([
      [":method", "GET"],
      [":scheme", "https"],
    ] as const),
    ...([
      [":authority", authority],
      [":path", path],
    ] as const),
    ...headers,
  ];
  return Buffer.concat(fields.map(([name, value]) => literal(name.toLowerCase(), value)));
}

/** RFC 9113, section 4.1. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A field of at most 126 bytes, never indexed, without Huffman (RFC 7541, section 6.2.3). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0x10, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}
