// CONNECT over HTTP/2 (RFC 9113, section 8.5) and extended CONNECT (RFC 8441) to a proxy on 127.0.0.1.
import { type ClientHttp2Stream, connect as http2 } from "node:http2";
import { connect as tls } from "node:tls";

export interface ConnectRequest {
  readonly ca: string;
  /** Whose authority is asked for. */
  readonly url: string;
  /** The protocol of an extended CONNECT, for the path of `url`. */
  readonly protocol?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent at once, before there is an answer. */
  readonly early?: string;
}

/** Milliseconds. */
const patience = 10_000;

/** Asks, and gives the stream to `use` once there is an answer. Undefined where the proxy speaks no HTTP/2, or resets the stream. */
export function connectOver2<T>(
  request: ConnectRequest,
  use: (status: number, stream: ClientHttp2Stream) => Promise<T> | T,
): Promise<T | undefined> {
  const { host, hostname, port, pathname } = new URL(request.url);
  const target = request.protocol && { ":protocol": request.protocol, ":scheme": "https", ":path": pathname };
  return new Promise((resolve, reject) => {
    const session = http2(`https://${host}`, {
      createConnection: () =>
        tls({ host: "127.0.0.1", port: Number(port), servername: hostname, ca: request.ca, ALPNProtocols: ["h2"] }),
    });
    const end = (result: T | undefined) => {
      session.destroy();
      resolve(result);
    };
    session.setTimeout(patience, () => session.destroy(new Error(`${host} did not answer within ${patience} ms`)));
    session.on("error", (error: NodeJS.ErrnoException) => {
      session.destroy();
      if (error.message.includes("did not answer")) reject(error);
      else resolve(undefined);
    });
    // An extended CONNECT may not be sent before (RFC 8441, section 3).
    session.once("remoteSettings", () => {
      const stream = session.request({ ":method": "CONNECT", ":authority": host, ...target, ...request.headers });
      stream.on("error", () => end(undefined));
      stream.on("close", () => end(undefined));
      stream.on("response", ({ ":status": status }) =>
        Promise.resolve(use(Number(status), stream)).then(end, (error: Error) => {
          session.destroy();
          reject(error);
        }),
      );
      if (request.early) stream.write(request.early);
    });
  });
}
