// A WebSocket client (RFC 6455) for one short text message, with the request headers of a test.
import { randomBytes } from "node:crypto";
import { connect } from "node:tls";
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
export function exchangeMessage({ ca, url, headers }: Handshake, message: string): Promise<Exchange> {
  const { hostname, host, port, pathname } = new URL(url);
  const lines = [
    ...[`GET ${pathname} HTTP/1.1`, `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket"],
    ...["Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`],
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: Number(port),
      servername: hostname,
      ca,
      ALPNProtocols: ["http/1.1"],
    });
    socket.setTimeout(patience, () => socket.destroy(new Error(`${url} did not answer within ${patience} ms`)));
    socket.on("error", reject);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const status = Number(received.toString("latin1", 9, 12));
      if (status !== 101) finish({ status, echo: undefined });
      const frames = received.subarray(headEnd + 4);
      const echo = readText(frames);
      if (frames.length === 0) socket.write(maskedText(message));
      else if (echo !== undefined) finish({ status, echo });
    });
    const finish = (exchange: Exchange): void => {
      socket.destroy();
      resolve(exchange);
    };
  });
}

/** A text frame as a client sends it (RFC 6455 section 5.2). */
function maskedText(message: string): Buffer {
  const payload = Buffer.from(message);
  const mask = randomBytes(4);
  const hidden = payload.map((byte, at) => byte ^ mask[at & 3]!);
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length), mask, hidden]);
}

/** The text of the first frame, or undefined while it is not all there. */
function readText(frames: Buffer): string | undefined {
  const length = frames[1];
  if (length === undefined || frames.length < 2 + length) return undefined;
  return frames.toString("utf8", 2, 2 + length);
}
