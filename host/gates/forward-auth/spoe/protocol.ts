// SPOP 2.0, in which HAProxy asks agents about requests: what its frames say, and those that answer them (HAProxy's doc/SPOE.txt,
// section 3). Reading is total: what is no frame throws MalformedFrame, and nothing is believed to be longer than it is.

export class MalformedFrame extends Error {}

/** What HAProxy sends. */
export type HaproxyFrame =
  | { readonly type: "hello"; readonly values: ReadonlyMap<string, Value>; readonly maxFrameSize: number }
  | { readonly type: "disconnect" }
  | { readonly type: "notify"; readonly stream: number; readonly frame: number; readonly messages: readonly Message[] };

export interface Message {
  readonly name: string;
  readonly values: ReadonlyMap<string, Value>;
}

/** A typed datum: what is absent is null, an address is written out, and texts and binaries are bytes. */
export type Value = null | boolean | number | string | Buffer;

const frameTypes = { hello: 1, disconnect: 2, notify: 3, agentHello: 101, agentDisconnect: 102, ack: 103 } as const;
/** The flags of a frame that is whole, which all are where an agent has not offered fragmentation. */
const fin = 1;
const dataTypes = { string: 8, binary: 9, uint32: 3 } as const;
const setVariable = { action: 1, transactionScope: 2 } as const;

/** Reads a frame behind its four bytes of length. Throws MalformedFrame. */
export function readFrame(bytes: Buffer): HaproxyFrame {
  const reader = new Reader(bytes);
  const type = reader.byte();
  const flags = reader.uint32();
  const [stream, frame] = [reader.varint(), reader.varint()];
  if (flags !== fin) throw new MalformedFrame("a frame that is not whole");
  switch (type) {
    case frameTypes.hello: {
      const values = reader.values(Number.POSITIVE_INFINITY);
      return { type: "hello", values, maxFrameSize: Number(values.get("max-frame-size") ?? 0) };
    }
    case frameTypes.disconnect:
      return { type: "disconnect" };
    case frameTypes.notify: {
      const messages: Message[] = [];
      while (!reader.isAtEnd)
        messages.push({ name: reader.text().toString("latin1"), values: reader.values(reader.byte()) });
      return { type: "notify", stream, frame, messages };
    }
    default:
      throw new MalformedFrame(`a frame of the type ${type}`);
  }
}

/** The header lines of the sample `req.hdrs_bin`: names and values, to an empty pair. Throws MalformedFrame. */
export function* headerLines(bytes: Buffer): Generator<readonly [name: string, value: string]> {
  const reader = new Reader(bytes);
  for (;;) {
    const [name, value] = [reader.text().toString("latin1"), reader.text().toString("latin1")];
    if (name === "") return;
    yield [name.toLowerCase(), value];
  }
}

/** Says that this agent takes frames of so many bytes, and answers them in whatever order. */
export function agentHello(maxFrameSize: number): Buffer {
  return writeFrame(frameTypes.agentHello, 0, 0, [
    ...[text("version"), typedText("2.0")],
    ...[text("max-frame-size"), Buffer.from([dataTypes.uint32]), varint(maxFrameSize)],
    ...[text("capabilities"), typedText("pipelining")],
  ]);
}

export function agentDisconnect(status: number, message: string): Buffer {
  return writeFrame(frameTypes.agentDisconnect, 0, 0, [
    ...[text("status-code"), Buffer.from([dataTypes.uint32]), varint(status)],
    ...[text("message"), typedText(message)],
  ]);
}

/** Gives variables of the transaction values, one character a byte. */
export function acknowledge(stream: number, frame: number, variables: Iterable<readonly [string, string]>): Buffer {
  const parts: Buffer[] = [];
  const head = Buffer.from([setVariable.action, 3, setVariable.transactionScope]);
  for (const [name, value] of variables) parts.push(head, text(name), typedText(value));
  return writeFrame(frameTypes.ack, stream, frame, parts);
}

function writeFrame(type: number, stream: number, frame: number, payload: readonly Buffer[]): Buffer {
  const head = Buffer.concat([Buffer.from([0, 0, 0, 0, type, 0, 0, 0, fin]), varint(stream), varint(frame)]);
  const bytes = Buffer.concat([head, ...payload]);
  bytes.writeUInt32BE(bytes.length - 4);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([varint(bytes.length), bytes]);
}

function typedText(value: string): Buffer {
  return Buffer.concat([Buffer.from([dataTypes.string]), text(value)]);
}

/** An integer below 240 is a byte; of others the first has four bits, and those behind it seven each. */
function varint(value: number): Buffer {
  if (value < 240) return Buffer.from([value]);
  const bytes = [(value % 16) | 240];
  let rest = Math.floor((value - 240) / 16);
  for (; rest >= 128; rest = Math.floor((rest - 128) / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#take(1)[0]!;
  }

  uint32(): number {
    return this.#take(4).readUInt32BE();
  }

  varint(): number {
    let value = this.byte();
    if (value < 240) return value;
    for (let unit = 16; ; unit *= 128) {
      const byte = this.byte();
      value += byte * unit;
      if (byte < 128) return value;
      if (value > Number.MAX_SAFE_INTEGER / 256) throw new MalformedFrame("an integer that is too large");
    }
  }

  text(): Buffer {
    return this.#take(this.varint());
  }

  /** So many names with their values, or all that there are. */
  values(count: number): Map<string, Value> {
    const values = new Map<string, Value>();
    for (let read = 0; read < count && (count !== Number.POSITIVE_INFINITY || !this.isAtEnd); read++)
      values.set(this.text().toString("latin1"), this.#value());
    return values;
  }

  #value(): Value {
    const kind = this.byte();
    switch (kind & 15) {
      case 0:
        return null;
      case 1:
        return (kind & 16) !== 0;
      case 2:
      case 3:
      case 4:
      case 5:
        return this.varint();
      case 6:
        return this.#take(4).join(".");
      case 7:
        return (this.#take(16).toString("hex").match(/.{4}/g) ?? []).join(":");
      case 8:
      case 9:
        return this.text();
      default:
        throw new MalformedFrame(`a datum of the type ${kind & 15}`);
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedFrame("it ends in the middle");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
