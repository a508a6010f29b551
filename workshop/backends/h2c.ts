// HTTP/2 in the clear by an upgrade (RFC 7540, section 3.2), which some application servers offer by default. No proxy with a gate may
// ever pass it on: what comes through such a tunnel was decided by nobody.
import type { IncomingMessage } from "node:http";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";

export type Http2Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether the client offers it, alone or among others. */
export function offersH2c({ headers }: IncomingMessage): boolean {
  const protocols = headers.upgrade?.split(",") ?? [];
  return protocols.some((protocol) => protocol.trim().toLowerCase() === "h2c") && "http2-settings" in headers;
}

/**
 * Answers 101, and then each request with the JSON that `answer` makes of its fields. The request that asked for the upgrade stays
 * without a response: node:http2 cannot begin stream 1 for a server.
 */
export function serveH2c(socket: Duplex, head: Buffer, answer: (fields: Http2Fields) => string): void {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  socket.unshift(head);
  const session = performServerHandshake(socket);
  session.on("error", () => socket.destroy());
  session.on("stream", (stream: ServerHttp2Stream, fields: Http2Fields) => {
    stream.on("error", () => {});
    stream.resume();
    stream.respond({ ":status": 200, "content-type": "application/json" });
    stream.end(answer(fields));
  });
}
