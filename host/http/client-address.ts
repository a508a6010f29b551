// Who is at the other end of a request: the peer, or what trusted proxies say about whom they speak for.
import { isIP } from "node:net";
import { NetworkSet } from "../kit/config/network.ts";

export interface Forwarded {
  /** The client's IP address. */
  readonly address: string;
  /** The Host that the client asked for, lower case. */
  readonly host: string;
  readonly scheme: "http" | "https";
}

export interface RequestOrigin {
  /** The peer's address, as the socket gives it. */
  readonly peer: string;
  /** Whether the peer came over TLS. */
  readonly encrypted?: boolean;
  /** A header's value; duplicates joined by commas. */
  header(name: string): string | undefined;
}

export class TrustedProxies extends NetworkSet {
  /**
   * Reads X-Forwarded-For, -Proto and -Host when the peer is trusted. X-Forwarded-For is walked from the right, where
   * each trusted proxy added whom it saw: the first address that is not a trusted proxy is the client.
   */
  resolve({ peer, header, encrypted = false }: RequestOrigin): Forwarded {
    const peerAddress = canonicalAddress(peer) ?? "";
    const host = (header("host") ?? "").toLowerCase();
    const ownScheme = encrypted ? "https" : "http";
    if (!this.includes(peerAddress)) return { address: peerAddress, host, scheme: ownScheme };
    const forwardedHost = lastEntry(header("x-forwarded-host"));
    return {
      address: this.#clientOf(peerAddress, header("x-forwarded-for")),
      host: forwardedHost ? forwardedHost.toLowerCase() : host,
      scheme: (lastEntry(header("x-forwarded-proto"))?.toLowerCase() ?? ownScheme) === "https" ? "https" : "http",
    };
  }

  #clientOf(peer: string, forwardedFor: string | undefined): string {
    return this.clientBehind(forwardedFor) ?? peer;
  }

  /** The client that a trusted peer speaks for; undefined when its X-Forwarded-For does not tell. */
  clientBehind(forwardedFor: string | undefined): string | undefined {
    let client: string | undefined;
    for (const entry of (forwardedFor ?? "").split(",").reverse()) {
      const address = canonicalAddress(entry);
      // A trusted proxy may pass on an entry that it did not write. The walk then ends at the last address that is known.
      if (address === undefined) break;
      client = address;
      if (!this.includes(address)) break;
    }
    return client;
  }
}

/** An IP address without zone and port, IPv4 where it is mapped into IPv6; undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[([^\]]+)\](?::\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/%.*$/, "")
    .replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i, "$1");
  return isIP(bare) === 0 ? undefined : bare.toLowerCase();
}

/** The entry that the nearest proxy wrote. */
function lastEntry(value: string | undefined): string | undefined {
  return value?.split(",").at(-1)?.trim() || undefined;
}
