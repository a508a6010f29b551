// HTTPS requests as a test wants to make them: any header lines over HTTP/1.1 or HTTP/2, or bytes as they are. Everything
// goes to 127.0.0.1; the URL's host is sent as the server name and the Host header.

import { connect as http2 } from "node:http2";
import { request as http1 } from "node:https";
import { Readable } from "node:stream";
import { connect as tls } from "node:tls";

export type HeaderLines = readonly (readonly [name: string, value: string])[];

export interface Question {
  readonly method?: string;
  /** In order, duplicates included. Host is added when it is not among them. */
  readonly headers?: HeaderLines;
  /** One that comes in pieces has its length in a header, over HTTP/1.1, or is chunked. */
  readonly body?: string | Readable;
  /** The address of this machine that the connection comes from. */
  readonly localAddress?: string;
  /** Sent behind the body, which over HTTP/1.1 has to be chunked then. */
  readonly trailers?: HeaderLines;
}

export interface Answer {
  readonly status: number;
  /** The first value of a response header, by its lower-case name. */
  header(name: string): string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

const usualPatience = 15_000;

export class HttpsClient {
  readonly #ca: string;
  readonly #patience: number;

  /** `ca` is the PEM certificate of the authority to trust, `patience` how long an answer may take, in milliseconds. */
  constructor(ca: string, patience = usualPatience) {
    this.#ca = ca;
    this.#patience = patience;
  }

  /** A request over HTTP/1.1, on a connection of its own. */
  get(url: string, question: Question = {}): Promise<Answer> {
    const { hostname, port, host } = new URL(url);
    const { method = "GET", headers = [], body, localAddress, trailers } = question;
    // The path as it is written: URL would make it canonical.
    const path = url.slice(url.indexOf(host) + host.length) || "/";
    const lines = headers.some(([name]) => name.toLowerCase() === "host") ? headers : [["host", host], ...headers];
    const chunked = headers.some(([name]) => name.toLowerCase() === "transfer-encoding");
    const length = typeof body !== "string" || chunked ? [] : ["content-length", String(Buffer.byteLength(body))];
    return new Promise((resolve, reject) => {
      const request = http1({
        ...{ host: "127.0.0.1", servername: hostname, port, ca: this.#ca, agent: false, timeout: this.#patience },
        ...{ method, path, headers: [...lines.flat(), ...length, "connection", "close"] },
        ...(localAddress !== undefined && { localAddress }),
      });
      request.on("timeout", () => request.destroy(new Error(`${url} did not answer within ${this.#patience} ms`)));
      request.on("error", reject);
      // What the other protocol would have said is nobody's to read here.
      request.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve({
          ...{ status: response.statusCode ?? 0, cookies: [], body: "" },
          header: (name) => response.headersDistinct[name]?.[0],
        });
      });
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            header: (name) => response.headersDistinct[name]?.[0],
            cookies: response.headers["set-cookie"] ?? [],
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      if (trailers) request.addTrailers(trailers.map(([name, value]) => [name, value] as [string, string]));
      if (body instanceof Readable) body.pipe(request);
      else request.end(body);
    });
  }

  /** A request over HTTP/2. Header names go out in lower case, and each cookie line as a field of its own (a crumb). */
  getOver2(url: string, question: Question = {}): Promise<Answer> {
    const { host, hostname, port } = new URL(url);
    const path = url.slice(url.indexOf(host) + host.length) || "/";
    const { method = "GET", headers = [], body, trailers } = question;
    const fields: Record<string, string | string[]> = { ":method": method, ":path": path };
    for (const [name, value] of headers) {
      const field = name.toLowerCase();
      fields[field] = field in fields ? [fields[field]!, value].flat() : value;
    }
    return new Promise((resolve, reject) => {
      const session = http2(`https://${host}`, {
        createConnection: () =>
          tls({ host: "127.0.0.1", port: Number(port), servername: hostname, ca: this.#ca, ALPNProtocols: ["h2"] }),
      });
      session.on("error", reject);
      const stream = session.request(fields, { endStream: false, waitForTrailers: trailers !== undefined });
      stream.on("wantTrailers", () => stream.sendTrailers(Object.fromEntries(trailers ?? [])));
      stream.setTimeout(this.#patience, () =>
        stream.destroy(new Error(`${url} did not answer within ${this.#patience} ms`)),
      );
      const chunks: Buffer[] = [];
      let received: Record<string, unknown> = {};
      stream.on("response", (headers) => {
        received = headers;
      });
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", reject);
      stream.on("end", () => {
        session.close();
        resolve({
          status: Number(received[":status"] ?? 0),
          header: (name) => (received[name] === undefined ? undefined : String([received[name]].flat()[0])),
          cookies: [received["set-cookie"] ?? []].flat() as string[],
          body: Buffer.concat(chunks).toString(),
        });
      });
      if (body instanceof Readable) body.pipe(stream);
      else stream.end(body);
    });
  }

  /** Sends bytes to the TLS port of `url` and returns the response, head and body. One character a byte. */
  exchange(url: string, bytes: string): Promise<string> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      let received = "";
      const socket = tls({
        ...{ host: "127.0.0.1", port: Number(port), servername: hostname, ca: this.#ca },
        ALPNProtocols: ["http/1.1"],
      });
      socket.setTimeout(this.#patience, () =>
        socket.destroy(new Error(`${url} did not answer within ${this.#patience} ms`)),
      );
      socket.on("secureConnect", () => socket.write(bytes, "latin1"));
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
        if (isWhole(received)) socket.destroy();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
  }
}

/** Whether a response of known length is all there; the end of any other is the end of the connection. */
function isWhole(response: string): boolean {
  const headEnd = response.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)\r$/im.exec(response.slice(0, Math.max(0, headEnd) + 2))?.[1];
  return headEnd >= 0 && length !== undefined && response.length >= headEnd + 4 + Number(length);
}
