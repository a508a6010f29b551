// Where a server of the host listens, and why it cannot.
import type { AddressInfo, Server } from "node:net";
import type { ListenAddress } from "../kit/config/listen-address.ts";
import { HostError } from "../kit/errors.ts";

/** RFC 8996 ended the older ones. */
export const minTlsVersion = "TLSv1.2";

/** Starts to listen and returns where, as `address:port`. Throws HostError "listen" with a sentence about why not. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new HostError("listen", `cannot listen on ${format(host, port)}: ${reason(error)}`, { cause: error }));
    });
    server.listen({ port, ...(host === "" ? {} : { host }) }, resolve);
  });
  const { address, port: actual } = server.address() as AddressInfo;
  return format(address, actual);
}

function format(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return "the port is taken by another program";
    case "EACCES":
      return "this user may not listen on that port";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return "this machine has no such address";
    default:
      return message;
  }
}
