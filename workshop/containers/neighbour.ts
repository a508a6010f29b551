// Runs in the network of a Compose project (compose.ts): the application that its proxy protects, and the way in from outside, which comes by
// Unix sockets, for those are the same in every network.
import { connect, createServer } from "node:net";
import { startBackend } from "../backends/application.ts";

export interface Neighbourhood {
  readonly published: readonly {
    readonly socket: string;
    readonly address: string;
    readonly port: number;
  }[];
  /** Where connections come from. */
  readonly visitor: string;
}

export const applicationPort = 8000;

const { published, visitor } = JSON.parse(process.argv[2]!) as Neighbourhood;
await startBackend(applicationPort);
for (const { socket, address, port } of published)
  createServer((incoming) => {
    const outgoing = connect({ host: address, port, localAddress: visitor });
    incoming.pipe(outgoing).pipe(incoming);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  }).listen(socket);
