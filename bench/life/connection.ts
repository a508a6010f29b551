// One keep-alive HTTP/1.1 connection, so that it is known which worker of Envoy answers, and what asking costs is little.
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface Endpoint {
  /** On 127.0.0.1. */
  readonly port: number;
  /** With TLS, where given: the PEM certificate of the authority, and the server's name. */
  readonly tls?: { readonly ca: string; readonly servername: string };
}

export interface Reply {
  readonly status: number;
  /** The first value of a response header, by its lower-case name. */
  header(name: string): string | undefined;
}

export class Connection {
  readonly #socket: Socket;
  #received = "";
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#receive(text));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static open({ port, tls }: Endpoint): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const address = { host: "127.0.0.1", port };
      const socket = tls ? connectTls({ ...address, ...tls, ALPNProtocols: ["http/1.1"] }) : connectTcp(address);
      socket.once("error", reject);
      socket.once(tls ? "secureConnect" : "connect", () => resolve(new Connection(socket)));
    });
  }

  /** Sends the bytes of one request (requestText) and returns its answer. One at a time. */
  ask(request: string): Promise<Reply> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0 || !isWhole(this.#received, headEnd)) return;
    const head = this.#received.slice(0, headEnd + 2);
    this.#received = "";
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({
      status: Number(head.slice(9, 12)),
      header: (name) => new RegExp(`^${name}: *(.*)\r$`, "im").exec(head)?.[1],
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** RFC 9112, section 6: nothing, so many bytes, or chunks up to the empty one (no trailers). */
function isWhole(response: string, headEnd: number): boolean {
  const length = /^content-length: *(\d+)\r$/im.exec(response.slice(0, headEnd + 1))?.[1];
  if (length !== undefined) return response.length >= headEnd + 4 + Number(length);
  return !/^transfer-encoding:/im.test(response.slice(0, headEnd)) || response.endsWith("\r\n0\r\n\r\n");
}

export interface Question {
  readonly method?: string;
  /** Host with port, as in a URL. */
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of a request, one character each. */
export function requestText({ method = "GET", host, path, headers = {}, body = "" }: Question): string {
  const length = method === "GET" ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, `host: ${host}`, ...lines, ...length, "", body].join("\r\n");
}
