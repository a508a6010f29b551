// A WebSocket server (RFC 6455) that sends every message back: enough of the protocol to show that a proxy passes it.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const opcodes = { close: 0x8, ping: 0x9, pong: 0xa } as const;
const fin = 0x80;
const masked = 0x80;
const largestFrame = 1024 * 1024;

interface Frame {
  readonly first: number;
  readonly payload: Buffer;
  /** Bytes of the input that the frame took. */
  readonly length: number;
}

/** Answers an HTTP/1.1 upgrade request (RFC 6455 section 4.2), then echoes until the client closes. */
export function echoWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = request.headers["sec-websocket-key"];
  if (request.headers.upgrade?.toLowerCase() !== "websocket" || !key) {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
  );
  let pending = head;
  const read = (chunk: Buffer): void => {
    pending = echoFrames(socket, Buffer.concat([pending, chunk]));
  };
  socket.on("data", read);
  socket.on("end", () => socket.end());
  socket.on("error", () => socket.destroy());
  read(Buffer.alloc(0));
}

/** RFC 6455 section 4.2.2, step 5. */
export function acceptKey(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Answers every whole frame at the start of `input` and returns what is left. */
function echoFrames(socket: Duplex, input: Buffer): Buffer {
  let rest = input;
  for (let frame = readFrame(rest); frame; frame = readFrame(rest)) {
    rest = rest.subarray(frame.length);
    if (!answerFrame(socket, frame)) return Buffer.alloc(0);
  }
  return rest;
}

/** False once the connection is over. A fragmented message comes back in the same fragments. */
function answerFrame(socket: Duplex, { first, payload }: Frame): boolean {
  const opcode = first & 0x0f;
  if (opcode === opcodes.pong) return true;
  socket.write(opcode === opcodes.ping ? writeFrame(fin | opcodes.pong, payload) : writeFrame(first, payload));
  if (opcode !== opcodes.close) return true;
  socket.end();
  return false;
}

/** The first frame of `input` (section 5.2), or undefined while it is not all there. */
function readFrame(input: Buffer): Frame | undefined {
  if (input.length < 2) return undefined;
  const { size, end: maskAt } = payloadSize(input);
  if (size === undefined) return undefined;
  const isMasked = (input[1]! & masked) !== 0;
  // A client must mask (section 5.1); a frame that is not, or one too large, ends the connection.
  if (!isMasked || size > largestFrame)
    return { first: fin | opcodes.close, payload: Buffer.alloc(0), length: input.length };
  const start = maskAt + 4;
  if (input.length < start + size) return undefined;
  const payload = Buffer.from(input.subarray(start, start + size));
  for (let index = 0; index < size; index++) payload[index]! ^= input[maskAt + (index & 3)]!;
  return { first: input[0]!, payload, length: start + size };
}

/** The payload's size, undefined while it is not all there, and where the size field ends. */
function payloadSize(input: Buffer): { size: number | undefined; end: number } {
  const short = input[1]! & 0x7f;
  if (short < 126) return { size: short, end: 2 };
  if (short === 126) return { size: input.length < 4 ? undefined : input.readUInt16BE(2), end: 4 };
  return { size: input.length < 10 ? undefined : Number(input.readBigUInt64BE(2)), end: 10 };
}

function writeFrame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(first, length), payload]);
  const header = Buffer.alloc(length < 0x10000 ? 4 : 10);
  header[0] = first;
  header[1] = length < 0x10000 ? 126 : 127;
  if (length < 0x10000) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}
