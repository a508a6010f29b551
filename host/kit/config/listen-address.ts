// The address the host listens on.
import { isIP } from "node:net";
import { describe, leaf, Mistake } from "../yaml/schema.ts";

export interface ListenAddress {
  /** An IP address or a host name; empty means every address of the machine. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export const listenAddress = leaf(parseListenAddress, "`tcp://ADDRESS:PORT` or `ADDRESS:PORT`");

/** Reads `tcp://127.0.0.1:9091`, `127.0.0.1:9091`, `[::1]:9091` or `:9091`; of all addresses `tcp4` and `tcp6` have one kind. */
function parseListenAddress(value: unknown): ListenAddress {
  const wrong = () =>
    new Mistake(`must be an address such as tcp://127.0.0.1:9091 or [::1]:9091, not ${describe(value)}`);
  if (typeof value !== "string") throw wrong();
  const match = /^(?:tcp([46]?):\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})\/?$/.exec(value);
  if (!match) throw wrong();
  const [, kind, ipv6, name = "", port] = match;
  if (ipv6 !== undefined && isIP(ipv6) !== 6) throw wrong();
  if (Number(port) > 65_535) throw new Mistake(`the port must be at most 65535, not ${port}`);
  const all = kind === "4" ? "0.0.0.0" : kind === "6" ? "::" : "";
  return { host: ipv6 ?? (name || all), port: Number(port) };
}

/** `ADDRESS:PORT` by which this machine itself reaches what listens there. */
export function fromThisMachine({ host, port }: ListenAddress): string {
  const address = host === "" || host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
