// Networks of proxies that the host trusts.
import { BlockList, isIP } from "node:net";
import { describe, leaf, Mistake } from "../yaml/schema.ts";
import { list } from "./values.ts";

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** This machine (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3). */
export const loopback: readonly Network[] = [
  { address: "127.0.0.0", prefix: 8, family: "ipv4" },
  { address: "::1", prefix: 128, family: "ipv6" },
];

/** As a CIDR. */
export function writtenNetwork({ address, prefix }: Network): string {
  return `${address}/${prefix}`;
}

/** Networks in which addresses are looked up. An IPv4 address is found as IPv6 too (RFC 4291, section 2.5.5.2). */
export class NetworkSet {
  readonly #networks = new BlockList();

  constructor(networks: readonly Network[]) {
    for (const { address, prefix, family } of networks) this.#networks.addSubnet(address, prefix, family);
  }

  /** False for what is no address. */
  includes(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#networks.check(address, version === 4 ? "ipv4" : "ipv6");
  }
}

export const networks = list(leaf(parseNetwork), "IP addresses and CIDRs");

/** Reads an IP address or a CIDR (RFC 4632, RFC 4291): `10.0.0.0/8`, `fd00::/8`, `127.0.0.1`. */
export function parseNetwork(value: unknown): Network {
  const wrong = () => new Mistake(`must be an IP address or a CIDR such as 10.0.0.0/8, not ${describe(value)}`);
  if (typeof value !== "string") throw wrong();
  const [address = "", prefix, ...rest] = value.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) throw wrong();
  const widest = version === 4 ? 32 : 128;
  if (prefix === undefined) return { address, prefix: widest, family: version === 4 ? "ipv4" : "ipv6" };
  if (!/^\d{1,3}$/.test(prefix)) throw wrong();
  if (Number(prefix) > widest)
    throw new Mistake(`the prefix of an IPv${version} network is at most /${widest}, not /${prefix}`);
  return { address, prefix: Number(prefix), family: version === 4 ? "ipv4" : "ipv6" };
}
