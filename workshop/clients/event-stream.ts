// An event stream that a browser's page keeps open (HTML standard, section 9.2), over HTTP/2 as browsers have it, or HTTP/1.1.
import { type ClientHttp2Session, connect } from "node:http2";
import { request as http1 } from "node:https";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { HeaderLines } from "./https-client.ts";

export interface Question {
  readonly url: string;
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly headers: HeaderLines;
  readonly http?: "1.1" | "2";
}

/** Milliseconds. */
const patience = 10_000;

export class EventStream implements AsyncDisposable {
  readonly status: number;
  /** Resolves when nothing more will come. */
  readonly closed: Promise<void>;
  #text = "";
  #arrived: () => void = () => {};
  readonly #end: () => void;

  private constructor(status: number, body: Readable, end: () => void) {
    this.status = status;
    this.#end = end;
    this.closed = new Promise((resolve) => body.once("close", () => resolve()));
    body.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString();
      this.#arrived();
    });
    body.on("error", () => body.destroy());
  }

  /** Asks for a stream. Resolves when its answer begins. */
  static open(question: Question): Promise<EventStream> {
    return question.http === "1.1" ? overHttp1(question) : overHttp2(question);
  }

  static of(status: number, encoding: unknown, body: Readable, end: () => void): EventStream {
    if (encoding !== "gzip") return new EventStream(status, body, end);
    const plain = createGunzip();
    body.on("close", () => plain.destroy());
    body.pipe(plain);
    return new EventStream(status, plain, end);
  }

  /** Waits for another event and takes all that came. Throws when the stream ends before. */
  async next(): Promise<string> {
    const late = AbortSignal.timeout(patience);
    let isClosed = false;
    void this.closed.then(() => {
      isClosed = true;
    });
    while (!this.#text.includes("\n\n")) {
      if (isClosed) throw new Error("the stream has ended");
      if (late.aborted) throw new Error(`no event came within ${patience} ms`);
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        late.addEventListener("abort", () => resolve());
        void this.closed.then(resolve);
      });
    }
    const events = this.#text;
    this.#text = "";
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.closed;
  }
}

function overHttp1({ url, ca, headers }: Question): Promise<EventStream> {
  const { hostname, port, host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http1({
      ...{ host: "127.0.0.1", servername: hostname, port, ca, agent: false, path: pathname + search },
      headers: [["host", host], ...headers].flat(),
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const end = () => request.destroy();
      resolve(EventStream.of(response.statusCode ?? 0, response.headers["content-encoding"], response, end));
    });
    request.end();
  });
}

function overHttp2({ url, ca, headers }: Question): Promise<EventStream> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const session: ClientHttp2Session = connect(`https://127.0.0.1:${port}`, { ca, servername: hostname });
  return new Promise((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":authority": host, ":path": pathname + search, ...Object.fromEntries(headers) });
    stream.on("error", reject);
    stream.on("close", () => session.destroy());
    stream.on("response", (answer) => {
      resolve(EventStream.of(Number(answer[":status"]), answer["content-encoding"], stream, () => session.destroy()));
    });
  });
}
