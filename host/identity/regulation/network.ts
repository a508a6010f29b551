// The network that an address is counted by: whoever has one address of it has them all.
import { isIPv4, isIPv6 } from "node:net";
import { loopback, type Network, NetworkSet } from "../../kit/config/network.ts";

/**
 * The networks that limits count visitors by. An address of this machine or of a trusted proxy is no single visitor's: it is
 * what is left where a proxy does not say whom it speaks for, and a limit on it would hold everybody. Nothing is lost, for
 * whoever has such an address is believed whatever other address they claim.
 */
export class VisitorNetworks {
  readonly #shared: NetworkSet;

  constructor(trustedProxies: readonly Network[]) {
    this.#shared = new NetworkSet([...loopback, ...trustedProxies]);
  }

  /** As networkOf; also undefined where the address is not one visitor's. */
  of(address: string): string | undefined {
    return this.#shared.includes(address) ? undefined : networkOf(address);
  }

  /** As the function; also undefined where the address is not one visitor's. */
  holderOf(address: string): string | undefined {
    return this.#shared.includes(address) ? undefined : holderOf(address);
  }
}

/** The prefixes of IPv6 addresses that contain an IPv4 address: mapped (RFC 4291, section 2.5.5.2), and translated (RFC 6052). */
const beforeIPv4 = ["0:0:0:0:0:ffff", "64:ff9b:0:0:0:0"];

/**
 * An IPv4 address as it is, also where it is the end of an IPv6 address, and the /64 of another IPv6 address (one customer's,
 * RFC 6177) in its shortest form (RFC 5952). Undefined when it is no address.
 */
export function networkOf(address: string): string | undefined {
  return networkOfLength(address, 64);
}

/**
 * The network that those who wait take turns by: an IPv4 address, and the /48 of an IPv6 address, which is the most that one
 * customer is given as a rule (RFC 6177). It holds up to 65,536 of the networks above, and must not have a turn for each; whoever
 * shares it with others has to wait with them, but is not counted with them.
 */
export function holderOf(address: string): string | undefined {
  return networkOfLength(address, 48);
}

function networkOfLength(address: string, prefix: 48 | 64): string | undefined {
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address.replace(/%.*$/, ""));
  const hexadecimal = groups.map((group) => group.toString(16));
  if (beforeIPv4.includes(hexadecimal.slice(0, 6).join(":")))
    return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join(".");
  const network = hexadecimal.slice(0, prefix / 16).join(":");
  return `${new URL(`http://[${network}::]`).hostname.slice(1, -1)}/${prefix}`;
}

/** The eight groups of an address, as numbers. The URL parser writes a dotted end as two groups. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(gap).fill("0"), ...right].map((group) => Number.parseInt(group, 16));
}
