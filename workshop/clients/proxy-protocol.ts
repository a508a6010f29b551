// HTTPS behind the PROXY protocol (https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt), as a load balancer speaks it.
import { connect as tcp } from "node:net";
import { connect as tls } from "node:tls";

export interface Question {
  readonly url: string;
  readonly ca: string;
  /** Header lines. */
  readonly headers?: readonly string[];
  /** The address of this machine that the connection comes from. */
  readonly localAddress: string;
  /** What is sent before TLS. */
  readonly preamble: Buffer;
}

/** The first version, a line. */
export function proxyLine(visitor: string): Buffer {
  const [family, own] = visitor.includes(":") ? ["TCP6", "::1"] : ["TCP4", "127.0.0.1"];
  return Buffer.from(`PROXY ${family} ${visitor} ${own} 40000 443\r\n`);
}

/** The second one, for IPv4. */
export function proxyHeader(visitor: string): Buffer {
  const addresses = [...visitor.split("."), ...[127, 0, 0, 1]].map(Number);
  return Buffer.concat([
    Buffer.from("0d0a0d0a000d0a515549540a2111000c", "hex"),
    Buffer.from([...addresses, ...[0x9c, 0x40], ...[0x01, 0xbb]]),
  ]);
}

/** The status of an answer; undefined when the connection ends without one. */
export function statusBehind({ url, ca, headers = [], localAddress, preamble }: Question): Promise<number | undefined> {
  const { hostname, port, host, pathname } = new URL(url);
  return new Promise((resolve) => {
    const plain = tcp({ port: Number(port), host: "127.0.0.1", localAddress });
    plain.on("error", () => resolve(undefined));
    plain.on("close", () => resolve(undefined));
    plain.on("connect", () => {
      plain.write(preamble);
      const socket = tls({ socket: plain, servername: hostname, ca, ALPNProtocols: ["http/1.1"] });
      const lines = [
        `GET ${pathname} HTTP/1.1`,
        `Host: ${host}`,
        "Accept: application/json",
        "Connection: close",
        ...headers,
      ];
      socket.on("secureConnect", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
      socket.on("error", () => plain.destroy());
      let answer = "";
      socket.on("data", (chunk: Buffer) => {
        answer += chunk.toString("latin1");
        const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
        if (status === undefined) return;
        resolve(Number(status));
        plain.destroy();
      });
    });
  });
}
