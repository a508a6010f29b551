// The demo's application: it shows each request as it arrived, a page to a browser and JSON to everything else, and echoes
// WebSocket messages. It speaks HTTP/2 in the clear to whoever asks for it, as some application servers do.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Duplex, Readable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { type Http2Fields, offersH2c, serveH2c } from "./h2c.ts";
import { echoWebSocket } from "./websocket-echo.ts";

export interface Backend {
  readonly port: number;
  close(): Promise<void>;
}

/** A request as the backend got it. A header that came more than once is a list; each character is one byte (latin1). */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Of the body, where there is one. */
  readonly bytes?: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** What came behind the body, if anything did: names and values in turn. */
  readonly trailers?: readonly string[];
}

/** Of people in many groups. Bytes; Node's own limit is a quarter of this. */
const longestHeaders = 64 * 1024;

/** Starts the backend on 127.0.0.1; port 0 takes a free one. */
export async function startBackend(port: number): Promise<Backend> {
  const server = createServer({ maxHeaderSize: longestHeaders }, answer);
  server.on("upgrade", switchProtocols);
  // The proxy decides how long an idle connection is kept.
  server.keepAliveTimeout = 0;
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, port);
  return { port: (server.address() as AddressInfo).port, close: () => close(server, sockets) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** Unlike closeAllConnections, ends WebSockets too. */
function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

function switchProtocols(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (offersH2c(request)) serveH2c(socket, head, (fields) => shown(seeFields(fields)));
  else echoWebSocket(request, socket, head);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://application");
  if (pathname === "/events") {
    sendEvents(request, response, searchParams);
    return;
  }
  if (pathname === "/download") {
    request.resume();
    const length = Number(searchParams.get("bytes"));
    const isChunked = searchParams.has("chunked");
    response.writeHead(200, {
      ...{ "content-type": "application/octet-stream", "cache-control": "no-store" },
      ...(!isChunked && { "content-length": length }),
    });
    pieces(length).pipe(response);
    return;
  }
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on("end", () => show(response, request, bytes));
}

/** So many bytes, none of which says anything. */
export function pieces(length: number): Readable {
  const piece = Buffer.alloc(64 * 1024, "x");
  return Readable.from(
    (function* () {
      for (let left = length; left > 0; left -= piece.length)
        yield left < piece.length ? piece.subarray(0, left) : piece;
    })(),
  );
}

/** Milliseconds. */
const betweenEvents = 200;

/**
 * A stream of events that stays open (HTML standard, section 9.2), for a proxy that passes each on at once: of another `type`, or
 * compressed with `gzip`. After the first one nothing comes with `once`.
 */
function sendEvents(request: IncomingMessage, response: ServerResponse, parameters: URLSearchParams): void {
  request.resume();
  const isCompressed = parameters.has("gzip");
  response.writeHead(200, {
    ...{ "content-type": parameters.get("type") ?? "text/event-stream", "cache-control": "no-store" },
    ...(isCompressed && { "content-encoding": "gzip" }),
  });
  const gzip = isCompressed ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : undefined;
  gzip?.pipe(response);
  const send = (event: string) => (gzip ?? response).write(`data: ${event}\n\n`);
  send("hello");
  const timer = parameters.has("once") ? undefined : setInterval(() => send("more"), betweenEvents);
  response.on("close", () => {
    clearInterval(timer);
    gzip?.destroy();
  });
}

function show(response: ServerResponse, request: IncomingMessage, bytes: number): void {
  const seen = { ...see(request), ...(bytes > 0 ? { bytes } : {}) };
  const isBrowser = request.headers.accept?.includes("text/html") ?? false;
  response.setHeader("content-type", isBrowser ? "text/html; charset=utf-8" : "application/json");
  response.setHeader("cache-control", "no-store");
  response.end(isBrowser ? page(seen) : shown(seen));
}

function shown(seen: SeenRequest): string {
  return `${JSON.stringify(seen, undefined, 2)}\n`;
}

function see({ method = "", url = "", headersDistinct, rawTrailers }: IncomingMessage): SeenRequest {
  const headers = Object.entries(headersDistinct).map(([name, values = []]) => [
    name,
    values.length === 1 ? values[0]! : values,
  ]);
  const trailers = rawTrailers.length === 0 ? {} : { trailers: rawTrailers };
  return { method, url, headers: Object.fromEntries(headers), ...trailers };
}

function seeFields(fields: Http2Fields): SeenRequest {
  const headers = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { method: String(fields[":method"]), url: String(fields[":path"]), headers: Object.fromEntries(headers) };
}

function page({ method, url, headers }: SeenRequest): string {
  const user = headers["remote-user"];
  const rows = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Zerohop demo application</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  th, td { border-top: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top }
  td { overflow-wrap: anywhere }
</style>
<h1>${user === undefined ? "Hello, whoever you are" : `Hello, ${escapeHtml(String(user))}`}</h1>
<p>This is the application behind the proxy. It never saw a session; this is the request it got.</p>
<p><code>${escapeHtml(method)} ${escapeHtml(url)}</code></p>
<table>${rows.join("\n")}</table>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
