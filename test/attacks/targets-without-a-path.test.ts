// Request lines whose target has no path, through the proxies that are asked for each request: what is decided as `/` must not reach
// an application as a request line with nothing between its blanks.
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../../workshop/programs/needed.ts";
import { integrations } from "../../workshop/proxies/integrations.ts";
import type { Site } from "../../workshop/proxies/site.ts";

/** What the application got of each request: its first line. */
const requestLines: string[] = [];
const sockets = new Set<Socket>();
let application: Server;

/** Takes whatever comes, as lenient servers do. */
beforeAll(async () => {
  application = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      requestLines.push(data.toString("latin1").split("\r\n", 1)[0]!);
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => application.close(resolve));
});

const portOf = (server: Server) => (server.address() as { port: number }).port;

for (const proxy of integrations)
  describeWith(proxy.needed, `through ${proxy.name}`, (program) => {
    let stack: Site;

    beforeAll(async () => {
      stack = await proxy.start(program, portOf(application));
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    test.each(["GET https://HOST", "GET http://HOST", "GET HOST", "GET https://HOST?a", "OPTIONS *", "GET *", "GET a"])(
      "%s",
      async (line) => {
        const url = stack.url("public");
        const { host } = new URL(url);
        requestLines.length = 0;
        const head = `${line.replace("HOST", host)} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        expect(await stack.client.exchange(url, head)).toMatch(/^HTTP\/1\.1 \d{3} /);
        for (const got of requestLines) expect(got).toMatch(/^[A-Z]+ \/\S* HTTP\/1\.[01]$/);
      },
    );
  });
