// What the rules ask of an HAProxy configuration.
import type { HaproxyConfig } from "./config.ts";
import type { Server } from "./proxy-section.ts";

/** Servers that are the host. */
export function portalServers({ proxies, portals }: HaproxyConfig): Server[] {
  return proxies.flatMap(({ servers }) => servers.filter(({ authority }) => portals.has(authority)));
}
