// Addresses in proxy configurations: which of them never leave the machine.
import { isIP } from "node:net";

/** Whether a host name or address stands for this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "localhost" || bare.endsWith(".localhost")) return true;
  const network = networkOf(bare);
  if (!network) return false;
  const { family, prefix } = network;
  return family === 4 ? prefix.startsWith(bitsOf4("127.0.0.0").slice(0, 8)) : prefix === bitsOf6("::1");
}

export interface Origin {
  readonly scheme: string;
  readonly host: string;
  /** `host:port`, with the scheme's own port when none is written; a socket's path stands for itself. */
  readonly authority: string;
}

/** Takes a URL of a backend apart, as written in a proxy's configuration: `http://app:8000/x`, `http://unix:/run/a.sock:`. */
export function originOf(url: string): Origin | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(unix:[^:]*|\[[^\]]*\]|[^/:?#]*)(?::(\d+))?/i.exec(url);
  if (!match) return undefined;
  const scheme = match[1]!.toLowerCase();
  const host = match[2]!.toLowerCase();
  const port = match[3] ?? (scheme === "https" ? "443" : "80");
  return { scheme, host, authority: host.startsWith("unix:") ? host : `${host}:${port}` };
}

/** Whether what is sent to this URL can be read or changed on the way. */
export function isOpenToTheNetwork(url: string): boolean {
  const origin = originOf(url);
  return origin !== undefined && origin.scheme === "http" && !isLocal(origin.host) && !isContainerName(origin.host);
}

/** Whether a name has no dot, as container networks have them: what is sent there stays on their bridge, which is this machine's. */
export function isContainerName(host: string): boolean {
  return /^[\w-]+$/.test(host) && !/^\d+$/.test(host);
}

/** Whether a host, as `originOf` gives it, is this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith("unix:") || isLoopback(host);
}

/** A network by the bits of its first address, as many as its prefix says. IPv4 in IPv6 (RFC 4291, section 2.5.5.2) is IPv4. */
interface Network {
  readonly family: 4 | 6;
  readonly prefix: string;
}

/** The bits of ::ffff:0:0/96. */
const mapped = "0".repeat(80) + "1".repeat(16);

/** Networks of whose addresses nobody on the internet has one: RFC 1918, 3927, 4193, 4291, 6598, 1122. */
const privateNetworks = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"],
  ...["fc00::/7", "fe80::/10", "fec0::/10", "::1/128"],
].map((cidr) => networkOf(cidr)!);

/** The largest networks that anybody's own proxies are in: 10.0.0.0/8, and a provider's IPv6. What is larger holds clients. */
const shortestPrefixes = { 4: 8, 6: 16 } as const;

/**
 * Whether a CIDR names every address, or so many that clients are among them: more than any provider has, or a private network and
 * more, as 172.0.0.0/8 does.
 */
export function isEveryAddress(cidr: string): boolean {
  const network = networkOf(cidr.trim());
  if (!network || !cidr.includes("/")) return false;
  const { family, prefix } = network;
  const own = privateNetworks.filter((network) => network.family === family);
  if (own.some((network) => prefix.startsWith(network.prefix))) return false;
  const isMore = own.some((network) => network.prefix.startsWith(prefix));
  return isMore || prefix.length < shortestPrefixes[family] || (family === 6 && mapped.startsWith(prefix));
}

/** Of some networks those that are not, as a whole, in one of others; what is no network is in none. */
export function networksOutside(cidrs: readonly string[], others: readonly string[]): string[] {
  const around = others.flatMap((cidr) => networkOf(cidr.trim()) ?? []);
  return cidrs.filter((cidr) => {
    const network = networkOf(cidr.trim());
    return !around.some(
      ({ family, prefix }) => network !== undefined && family === network.family && network.prefix.startsWith(prefix),
    );
  });
}

/** Reads `10.0.0.0/8` or an address; undefined for what is neither. */
function networkOf(cidr: string): Network | undefined {
  const [address = "", length] = cidr.replace(/^\[(.*)\]/, "$1").split("/");
  const family = isIP(address);
  const whole = family === 4 ? 32 : 128;
  const count = length === undefined ? whole : Number(length);
  if (family === 0 || !/^\d*$/.test(length ?? "") || count > whole) return undefined;
  const bits = (family === 4 ? bitsOf4(address) : bitsOf6(address)).slice(0, count);
  if (family === 4) return { family, prefix: bits };
  return bits.startsWith(mapped) ? { family: 4, prefix: bits.slice(mapped.length) } : { family: 6, prefix: bits };
}

function bitsOf4(address: string): string {
  return address
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("");
}

function bitsOf6(address: string): string {
  const [head = "", tail] = address
    .replace(/%.*$/, "")
    .replace(/[\d.]+$/, (end) =>
      isIP(end) === 4
        ? bitsOf4(end)
            .match(/.{16}/g)!
            .map((bits) => Number.parseInt(bits, 2).toString(16))
            .join(":")
        : end,
    )
    .split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const last = words(tail ?? "");
  const first = words(head);
  const between = Array<string>(Math.max(8 - first.length - last.length, 0)).fill("0");
  return [...first, ...between, ...last]
    .map((word) => Number.parseInt(word, 16).toString(2).padStart(16, "0"))
    .join("");
}
