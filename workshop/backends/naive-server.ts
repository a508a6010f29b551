// An HTTP/1.1 server that answers every request with 200, CONNECT too, and reads on behind it, as Go's net/http does: what a proxy takes
// for a tunnel are further requests to it.
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface NaiveServer extends AsyncDisposable {
  readonly port: number;
  /** The heads of the requests that came, each as it was written. */
  readonly heads: readonly string[];
}

export async function startNaiveServer(): Promise<NaiveServer> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let pending = "";
    socket.on("data", (chunk) => {
      pending += chunk.toString("latin1");
      for (let end = pending.indexOf("\r\n\r\n"); end >= 0; end = pending.indexOf("\r\n\r\n")) {
        heads.push(pending.slice(0, end));
        pending = pending.slice(end + 4);
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
