// Requests to a provider's servers. Where they go is what a document on the network says, so they go by https alone, to no address of a
// network that is not public unless the operator has named it, and follow no redirect: nobody makes the host ask its neighbours.
import { lookup as resolveHost } from "node:dns";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { isIP, isIPv4, type LookupFunction } from "node:net";
import { type Network, NetworkSet, parseNetwork } from "../../kit/config/network.ts";
import { ProviderRefusal, ProviderUnavailable } from "./provider.ts";

/** A discovery document, a key set or an answer with tokens is some kilobytes. Bytes. */
const longestAnswer = 512 * 1024;

const setOf = (...cidrs: readonly string[]) => new NetworkSet(cidrs.map(parseNetwork));

/** Not for the public Internet: https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
const specialNetworks = setOf(
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  "224.0.0.0/3",
  // Those that lead to IPv4 addresses (Teredo, 6to4), and for documentation.
  ...["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
);

/** Global unicast (RFC 4291, section 2.4): all of IPv6 that is public. */
const globalUnicast = setOf("2000::/3");

/** Whether an address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  return (isIPv4(address) || globalUnicast.includes(address)) && !specialNetworks.includes(address);
}

/** As openid-client and jose ask. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export type GuardedFetch = (url: string | URL, options?: FetchOptions) => Promise<Response>;

/**
 * Returns a fetch that throws ProviderUnavailable where there is no answer, and ProviderRefusal "setup" for a request that is not made, for
 * where it would go. `networks`: those that are not public and may be asked. `timeout`: for a whole answer, in seconds.
 */
export function guardedFetch({
  networks,
  caFile,
  timeout,
}: {
  readonly networks: readonly Network[];
  readonly caFile: string | null;
  readonly timeout: number;
}): GuardedFetch {
  const allowed = new NetworkSet(networks);
  const mayBeAsked = (address: string) => isPublicAddress(address) || allowed.includes(address);
  // Looked at where the connection is made: another answer of the DNS, a moment later, changes nothing.
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolveHost(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const [first, ...others] = addresses.filter(({ address }) => mayBeAsked(address));
      if (!first) {
        const found = addresses.map(({ address }) => address).join(", ");
        const message = `${hostname} is ${found}, which is not public: name its network in networks`;
        return callback(new ProviderRefusal("setup", message) as NodeJS.ErrnoException, "", 0);
      }
      if (options.all) return callback(null, [first, ...others]);
      return callback(null, first.address, first.family);
    });
  };
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    lookup,
    ...(caFile !== null && { ca: readFileSync(caFile) }),
  });

  return async (address, { method = "GET", headers, body, signal } = {}) => {
    const url = new URL(address);
    if (url.protocol !== "https:") throw new ProviderRefusal("setup", `${url.origin} is no https address`);
    const literal = url.hostname.replace(/^\[(.*)\]$/, "$1");
    if (isIP(literal) !== 0 && !mayBeAsked(literal))
      throw new ProviderRefusal("setup", `${literal} is not public: name its network in networks`);
    const deadline = AbortSignal.timeout(timeout * 1000);
    const text = body === undefined || body === null ? undefined : String(body);
    const all = new Headers(headers);
    if (text !== undefined) all.set("content-length", String(Buffer.byteLength(text)));
    const ended = signal ? AbortSignal.any([signal, deadline]) : deadline;
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent, headers: Object.fromEntries(all), signal: ended }, (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > longestAnswer)
            incoming.destroy(new Error(`${url.host} answers with more than ${longestAnswer} bytes`));
          else chunks.push(chunk);
        });
        incoming.on("error", (error) => reject(unavailable(url, error)));
        incoming.on("end", () => {
          const status = incoming.statusCode!;
          const received = new Headers();
          for (const [name, value] of Object.entries(incoming.headers)) received.set(name, String(value));
          const hasBody = status !== 204 && status !== 205 && status !== 304;
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: received }));
        });
      });
      // Node closes it without a word where nobody listens, and nobody is told of the time that is over either.
      outgoing.on("upgrade", (_, socket) => {
        socket.destroy();
        reject(unavailable(url, new Error("it changes to another protocol")));
      });
      outgoing.on("error", (error) => reject(unavailable(url, error)));
      outgoing.end(text);
    });
  };
}

function unavailable({ host }: URL, error: Error): Error {
  if (error instanceof ProviderRefusal) return error;
  const reason = error.name === "TimeoutError" ? "it did not answer in time" : error.message;
  return new ProviderUnavailable(`${host}: ${reason}`, { cause: error });
}
