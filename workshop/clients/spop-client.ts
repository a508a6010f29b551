// HAProxy's end of SPOP 2.0, byte by byte: what it says to an agent, and the variables that it is answered with.
import { connect, type Socket } from "node:net";

export function integer(value: number): Buffer {
  if (value < 240) return Buffer.from([value]);
  const bytes = [(value & 15) | 240];
  let rest = (value - 240) >> 4;
  for (; rest >= 128; rest = (rest - 128) >> 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

export const text = (value: string) => Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)]);
const typed = (value: string | Buffer) =>
  Buffer.concat([Buffer.from([8]), integer(value.length), typeof value === "string" ? Buffer.from(value) : value]);

export function frame(type: number, stream: number, number: number, payload: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([type, 0, 0, 0, 1]), integer(stream), integer(number), payload]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

export const hello = (maxFrameSize: number) =>
  frame(
    1,
    0,
    0,
    Buffer.concat([
      ...[text("supported-versions"), typed("2.0")],
      ...[text("max-frame-size"), Buffer.from([3]), integer(maxFrameSize)],
      ...[text("capabilities"), typed("pipelining,async")],
    ]),
  );

export interface AskedRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly source?: readonly [number, number, number, number];
}

/** The frame of a question, with the arguments of the message in deploy/haproxy. */
export function question(
  number: number,
  { method = "GET", target = "/", headers, source = [192, 0, 2, 1] }: AskedRequest,
) {
  const lines = [...headers, ["", ""] as const].flatMap(([name, value]) => [text(name), text(value)]);
  return frame(
    3,
    number,
    1,
    Buffer.concat([
      ...[text("zerohop-check"), Buffer.from([5])],
      ...[text("method"), typed(method), text("scheme"), typed("https"), text("target"), typed(target)],
      ...[text("source"), Buffer.from([6, ...source])],
      ...[text("headers"), typed(Buffer.concat(lines))],
    ]),
  );
}

/** The variables of an ACK, by name. */
export type Variables = Readonly<Record<string, string>>;

export class SpopClient implements AsyncDisposable {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  /** The types of all frames that came. */
  readonly types: number[] = [];
  /** What was answered, by the stream's number. */
  readonly answers = new Map<number, Variables>();
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.on("data", (bytes) => this.#read(bytes));
  }

  send(...bytes: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.length >= 4 && this.#unread.length >= 4 + this.#unread.readUInt32BE()) {
      const end = 4 + this.#unread.readUInt32BE();
      const body = this.#unread.subarray(4, end);
      this.#unread = this.#unread.subarray(end);
      this.types.push(body[0]!);
      if (body[0] === 103) this.#acknowledged(body);
    }
  }

  #acknowledged(body: Buffer): void {
    let at = 5;
    const number = () => {
      let value = body[at++]!;
      if (value < 240) return value;
      for (let shift = 4; ; shift += 7) {
        const byte = body[at++]!;
        value += byte * 2 ** shift;
        if (byte < 128) return value;
      }
    };
    const read = () => {
      const length = number();
      at += length;
      return body.subarray(at - length, at).toString();
    };
    const stream = number();
    number();
    const variables: Record<string, string> = {};
    while (at < body.length) {
      // An action to set a variable of the transaction, and the type of its value.
      at += 3;
      const name = read();
      at++;
      variables[name] = read();
    }
    this.answers.set(stream, variables);
  }
}
