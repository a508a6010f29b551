// What an allowed auth-request is held against: a server that answers 200 to everything and looks at nothing, as a route of
// hono or on node:http alone. `node peer.ts hono|node` prints its port.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

const kinds: Readonly<Record<string, RequestListener>> = {
  hono: getRequestListener(new Hono().get("*", (c) => c.body(null, 200)).fetch),
  node: (_request, response) => {
    response.writeHead(200, ["Content-Length", "0"]);
    response.end();
  },
};

const server = createServer(kinds[process.argv[2] ?? ""]);
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
