// What the rules ask of a Traefik configuration.
import { isEveryAddress, isLoopback } from "../address.ts";
import type { Entry } from "../entry.ts";
import { authorityOf, isRedirect, type Middleware, type Router, type TraefikConfig } from "./config.ts";

/** Middlewares that change the path. */
export const rewriting = new Set(["stripprefix", "stripprefixregex", "replacepath", "replacepathregex", "addprefix"]);

export function isGated({ middlewares }: Router): boolean {
  return middlewares.some(({ isGate }) => isGate);
}

/** Whether a router serves the host's own pages. */
export function leadsToHost({ portals }: TraefikConfig, { authorities }: Router): boolean {
  return authorities.length > 0 && authorities.every((authority) => portals.has(authority));
}

/** Whether a router only says where HTTPS is. */
export function redirects({ entry, entryPoints, middlewares }: Router): boolean {
  if (!entry.get("tls").written && middlewares.some(({ kind }) => kind === "redirectscheme")) return true;
  return entryPoints.length > 0 && entryPoints.every(isRedirect);
}

/** What customRequestHeaders of middlewares set, by header in lower case; an empty text removes the client's. */
export function headersSet(middlewares: readonly Middleware[]): Map<string, string> {
  return new Map(
    middlewares.flatMap(({ entry }) =>
      (entry?.get("headers", "customRequestHeaders").entries() ?? []).map(
        (header) => [header.key.toLowerCase(), header.text ?? ""] as const,
      ),
    ),
  );
}

/** The questions that are put to the host. Others' are not its business. */
export function forwardAuths({ middlewares, portals }: TraefikConfig): Entry[] {
  return middlewares
    .map((entry) => entry.get("forwardAuth"))
    .filter((auth) => authorityOf(auth.get("address").text ?? "").some((one) => portals.has(one)));
}

export function plugins({ middlewares }: TraefikConfig): Entry[] {
  return middlewares.flatMap((entry) => entry.get("plugin").entries());
}

/** Entry points that hand requests to routers. */
export function servingPoints({ entryPoints }: TraefikConfig): Entry[] {
  return [...entryPoints.values()].filter(
    (point) => !isRedirect(point) && !/\/udp$/i.test(point.get("address").text ?? ""),
  );
}

export function isTls(point: Entry): boolean {
  return point.get("http", "tls").written;
}

export function isLocal(point: Entry): boolean {
  return isLoopback((point.get("address").text ?? "").replace(/:\d+(\/\w+)?$/, ""));
}

export function isStrict(strategy: Entry): boolean {
  return /^(delete|reject)$/i.test(strategy.text ?? "");
}

export function believesClients(point: Entry): boolean {
  const forwarded = point.get("forwardedHeaders");
  return forwarded.get("insecure").isTrue || forwarded.get("trustedIPs").texts().some(isEveryAddress);
}

export function patternOf(source: string | undefined): RegExp | undefined {
  try {
    return source === undefined ? undefined : new RegExp(source, "i");
  } catch {
    return undefined;
  }
}

export function portless(authority: string): string {
  return authority.replace(/:\d+$/, "");
}
