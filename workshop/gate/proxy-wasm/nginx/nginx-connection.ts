// One HTTP/1.1 connection to a server with the gate: bytes in, bytes out. nginx reads one request after the other, frames what the
// filter answers, throws away the body of what is refused, and hands the connection over after a 101.
import type { Header } from "../headers.ts";
import type { NginxExchange } from "./nginx-exchange.ts";
import type { NginxProcess } from "./nginx-process.ts";

/** Serves all requests in `bytes`, and returns what the client gets. `paused` is called for each that waits for a call. */
export function serveConnection(nginx: NginxProcess, bytes: string, paused = () => {}): string {
  let written = "";
  for (let rest = bytes; rest !== ""; ) {
    const [, head, method, path] = /^(([A-Z]+) (\/\S*) HTTP\/1\.1\r\n.*?)\r\n\r\n/s.exec(rest) ?? [];
    if (head === undefined) return `${written}${frame(400, [], "Bad Request")}`;
    const headers = head
      .split("\r\n")
      .slice(1)
      .map(
        (line): Header => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()],
      );
    const value = (name: string) => headers.find(([own]) => own === name)?.[1] ?? "";
    const exchange = nginx.request({
      ...{ url: `https://${value("host")}${path}`, method: method! },
      headers: headers.filter(([name]) => name !== "host"),
    });
    if (exchange.outcome.kind === "paused") paused();
    const isUpgrade = exchange.outcome.kind === "upstream" && value("upgrade") === "websocket";
    written += isUpgrade ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" : answer(exchange);
    nginx.finish(exchange);
    // What follows a 101 is nobody's to read here; a closed connection has no more requests.
    if (isUpgrade || exchange.outcome.kind === "closed") return written;
    rest = rest.slice(head.length + 4 + Number(value("content-length") || 0));
  }
  return written;
}

function answer({ outcome }: NginxExchange): string {
  switch (outcome.kind) {
    case "upstream":
      return frame(200, [], "from the application");
    case "answered":
      return frame(outcome.status, [...outcome.headers], outcome.body);
    case "closed":
      return "";
    case "paused":
      throw new Error("the request is paused");
  }
}

/** The module adds a line end to a body, and says how long that is. */
function frame(status: number, headers: readonly Header[], body: string): string {
  const content = body === "" ? "" : `${body}\n`;
  const lines = [...headers, ["content-length", String(content.length)]].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} x\r\n${lines.join("")}\r\n${content}`;
}
