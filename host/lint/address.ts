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

function isLocal(host: string): boolean {
  return host.startsWith("unix:") || isLoopback(host);
}

/** Whether a CIDR names every address. */
export function isEveryAddress(cidr: string): boolean {
  return /\/0+$/.test(cidr);
}
