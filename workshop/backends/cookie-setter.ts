// An application that sets whatever cookies it is asked to, as somebody's own application does, or one in which somebody has found a way
// to inject headers. It writes the lines as they are, blanks and tabs included.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { acceptKey } from "./websocket-echo.ts";

export interface CookieSetter extends AsyncDisposable {
  readonly port: number;
}

/** Where the application answers with these values of Set-Cookie; to a request for a WebSocket it answers 101. */
export function settingPath(values: readonly string[]): string {
  return `/set/${Buffer.from(JSON.stringify(values)).toString("base64url")}`;
}

/** Any other path is answered with the user that came with the request. */
export async function startCookieSetter(): Promise<CookieSetter> {
  const server = createServer((request) => answer(request, request.socket, "200 OK", ["Content-Type: text/plain"]));
  server.on("upgrade", (request, socket) => {
    const accept = `Sec-WebSocket-Accept: ${acceptKey(request.headers["sec-websocket-key"]!)}`;
    answer(request, socket, "101 Switching Protocols", ["Upgrade: websocket", "Connection: Upgrade", accept]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(request: IncomingMessage, socket: Duplex, status: string, headers: readonly string[]): void {
  socket.on("error", () => {});
  const [, encoded] = /^\/set\/([\w-]+)/.exec(request.url!) ?? [];
  const values: readonly string[] = encoded ? JSON.parse(Buffer.from(encoded, "base64url").toString()) : [];
  const body = String(request.headers["remote-user"] ?? "nobody");
  const lines = [
    ...[`HTTP/1.1 ${status}`, ...headers, ...values.map((value) => `Set-Cookie: ${value}`)],
    ...(status.startsWith("101") ? [] : ["Connection: close", `Content-Length: ${body.length}`]),
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${status.startsWith("101") ? "" : body}`, "latin1");
}
