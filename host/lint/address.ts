// Addresses in proxy configurations: which of them never leave the machine.
import { isIP } from "node:net";

/** Whether a host name or address stands for this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "localhost" || bare.endsWith(".localhost") || bare === "::1") return true;
  return (isIP(bare) === 4 && bare.startsWith("127.")) || bare.startsWith("::ffff:127.");
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
  return origin !== undefined && origin.scheme === "http" && !isLocal(origin.host);
}

/** Whether a host, as `originOf` gives it, is this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith("unix:") || isLoopback(host);
}

/** The largest networks that anybody's own proxies are in: 10.0.0.0/8, and a provider's IPv6. What is larger holds clients. */
const shortestPrefixes = { 4: 8, 6: 16 } as const;

/** Whether a CIDR names every address, or so many that clients are among them. */
export function isEveryAddress(cidr: string): boolean {
  const match = /^(.*)\/(\d+)$/.exec(cidr.trim());
  return match !== null && Number(match[2]) < shortestPrefixes[match[1]!.includes(":") ? 6 : 4];
}
