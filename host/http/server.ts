// The HTTP listener: limits against slow and greedy clients, and a stop that leaves nobody without an answer.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { ListenAddress } from "../kit/config/listen-address.ts";
import { readTlsPair, type TlsFiles } from "../kit/config/tls-pair.ts";
import type { Logger } from "../kit/log.ts";
import { listen, minTlsVersion } from "./listening.ts";
import { reloadTls } from "./tls-reload.ts";

/** Milliseconds, but for the size of the headers in bytes. */
const defaultLimits = {
  /** A whole request must arrive in this time, its headers in a shorter one. An answer may take longer (long-poll). */
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  /** Longer than proxies keep an idle connection, so that it is them who close it. */
  keepAliveTimeout: 120_000,
  maxHeaderSize: 32 * 1024,
};

type Limits = typeof defaultLimits;

/** Nearly no request has a body, and to bring the stream of one to its end is a quarter of what a poll costs. */
const lean = { optimizeEmptyRequests: true };

/** Answers a request by itself, before anything else reads it. False when the request is not for it. Never rejects. */
export type DirectListener = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

interface ServerOptions {
  readonly direct?: DirectListener;
  /** The host's own certificate; without it the server speaks plain HTTP. */
  readonly tls?: { readonly files: TlsFiles; readonly log: Logger } | undefined;
  readonly limits?: Limits;
}

/** How long a stop waits for requests that are being answered. Milliseconds. */
const stopTimeout = 5_000;

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

export class HttpServer {
  readonly #server: Server;
  readonly #scheme: "http" | "https";
  readonly #stopReloading: (() => void) | undefined;

  /** Requests that `direct` does not answer go to `fetch`. Throws TlsMistake. */
  constructor(fetch: Fetch, { direct, tls, limits = defaultLimits }: ServerOptions = {}) {
    const listener = getRequestListener((request, bindings) => fetch(request, bindings as HttpBindings), {
      errorHandler: () => new Response("Bad request\n", { status: 400, headers: { "Content-Type": "text/plain" } }),
    });
    const answer: RequestListener = (request, response) => {
      const goOn = (isAnswered: boolean) => {
        if (!isAnswered) void listener(request, response);
      };
      const isAnswered = direct?.(request, response) ?? false;
      if (typeof isAnswered === "boolean") goOn(isAnswered);
      else void isAnswered.then(goOn);
    };
    this.#scheme = tls ? "https" : "http";
    if (!tls) {
      this.#server = createServer({ ...lean, ...limits }, answer);
      return;
    }
    const server = createTlsServer(
      { ...lean, ...limits, ...readTlsPair(tls.files), minVersion: minTlsVersion, ALPNProtocols: ["http/1.1"] },
      answer,
    );
    this.#server = server;
    this.#stopReloading = reloadTls(server, tls.files, minTlsVersion, tls.log);
  }

  /** Starts to listen and returns the address as a URL. Throws HostError "listen" with a sentence about why not. */
  async listen(address: ListenAddress): Promise<string> {
    return `${this.#scheme}://${await listen(this.#server, address)}`;
  }

  /** Takes no new connections, and settles when the last request is answered or has taken too long. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#stopReloading?.();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), stopTimeout);
    await closed;
    clearTimeout(timer);
  }
}
