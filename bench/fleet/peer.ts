// What answers to a fleet's polls are held against: a server on node:http alone that holds whatever is asked for, and answers all at once every so
// often with a feed that nobody has signed. It looks at nothing. `node peer.ts PERIOD`, in milliseconds, prints its port.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

let version = 1;
let waiting: ServerResponse[] = [];

const server = createServer((request, response) => {
  if (request.headers["if-none-match"] === undefined) answer(response, jwsOf({ version, iat: 0, base: "base" }));
  else waiting.push(response);
});
setInterval(() => {
  const feed = jwsOf({
    base: "base",
    from: 1,
    to: ++version,
    iat: 0,
    until: 0,
    revoked_sessions: ["A".repeat(22)],
  });
  const all = waiting;
  waiting = [];
  for (const response of all) answer(response, feed);
}, Number(process.argv[2]));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));

function answer(response: ServerResponse, jws: string): void {
  response.writeHead(200, ["Content-Length", String(jws.length)]);
  response.end(jws, "latin1");
}

/** With as many bytes around the payload as a header and an Ed25519 signature have. */
function jwsOf(payload: object): string {
  return `${"h".repeat(90)}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.${"s".repeat(86)}`;
}
