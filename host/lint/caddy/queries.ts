// What the rules ask of a Caddyfile.
import type { CaddyConfig } from "./config.ts";
import type { ProxyDirective } from "./site.ts";
import { below, type Directive } from "./syntax.ts";

/** Directives that reach the host. */
export function portalProxies({ proxies, portals }: CaddyConfig): ProxyDirective[] {
  return proxies.filter(({ authorities }) => authorities.some((authority) => portals.has(authority)));
}

/** Whether an upstream is reached over TLS by a `transport`. */
export function hasTls(directive: Directive): boolean {
  return below(directive).some(({ name }) => /^tls(_|$)/.test(name));
}
