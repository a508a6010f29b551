// What the rules for Caddy look at: what happens to requests of an attacker between a site and the servers behind it.
import { isLoopback } from "../address.ts";
import type { Arrival } from "../attack/arrival.ts";
import type { MissingFile, WithIncludedFiles } from "../included-files.ts";
import { chosenFor, isPortalName, portalsFrom } from "../portal-name.ts";
import type { Place } from "../rule.ts";
import type { Site as HostSite } from "../site.ts";
import { arrivalsOf } from "./journey.ts";
import { type Order, orderOf } from "./order.ts";
import { hostOfGate, type ProxyDirective, readProxy, type Site } from "./site.ts";
import { below, type Directive } from "./syntax.ts";

export interface CaddyConfig {
  /** What the host's configuration says; `sites` are Caddy's. */
  readonly site: HostSite;
  readonly globals: readonly Directive[];
  readonly sites: readonly Site[];
  /** Every directive that passes requests on. */
  readonly proxies: readonly ProxyDirective[];
  readonly portals: ReadonlySet<string>;
  readonly arrivals: readonly Arrival[];
  readonly unfollowed: Place | undefined;
  readonly missing: readonly MissingFile[];
}

export function readCaddyConfig({ directives, missing }: WithIncludedFiles<Directive>, host: HostSite): CaddyConfig {
  const [first] = directives;
  const globals = first?.name === "" && first.args.length === 0 ? (first.block ?? []) : [];
  const order = orderOf(globals);
  const namedRoutes = new Map(
    directives.flatMap(({ name, block }) =>
      /^&\(.*\)$/.test(name) ? [[name.slice(2, -1), block ?? []] as const] : [],
    ),
  );
  const sites = withPortalHosts(
    sitesOf(directives).map((site) => readSite(site, globals, namedRoutes, order)),
    host,
  );
  const all = [...sites.flatMap((site) => site.directives), ...[...namedRoutes.values()].flat()];
  const proxies = all.flatMap(proxiesBelow);
  const asked = new Set([
    ...proxies.flatMap(({ asks, authorities }) => (asks === undefined ? [] : authorities)),
    ...all.flatMap(below).flatMap(hostOfGate),
    ...proxies.flatMap(({ authorities }) => authorities).filter((name) => isPortalName(name.replace(/:\d+$/, ""))),
  ]);
  const ofPortalHosts = sites
    .filter(
      ({ addresses }) => addresses.length > 0 && addresses.every((one) => host.portalHosts.includes(one.host ?? "")),
    )
    .flatMap((site) => site.directives.flatMap(proxiesBelow))
    .flatMap(({ authorities }) => authorities);
  const portals = portalsFrom(asked, ofPortalHosts);
  const { arrivals, unfollowed } = arrivalsOf(sites, portals, host);
  return { site: host, globals, sites, proxies, portals, arrivals, unfollowed, missing };
}

/** The portal's own hosts are addresses of the sites that Caddy chooses for them. */
function withPortalHosts(sites: readonly Site[], { portalHosts }: HostSite): Site[] {
  const namesOf = ({ addresses }: Site) => addresses.map(({ host = "" }) => host.replace(/^zerohop-lint\./, "*."));
  return sites.map((site) => {
    const chosen = portalHosts.filter(
      (host) => chosenFor(host, sites, namesOf) === site && !site.addresses.some((address) => address.host === host),
    );
    const [first] = site.addresses;
    return first ? { ...site, addresses: [...site.addresses, ...chosen.map((host) => ({ ...first, host }))] } : site;
  });
}

/** The sites of a file: blocks, or the whole file where the first line has the addresses and no braces are around the rest. */
function sitesOf(directives: readonly Directive[]): Directive[] {
  const sites = directives.filter(({ name, block }) => block && name !== "" && !/^&?\(/.test(name));
  const [address, ...rest] = directives.filter(({ name }) => name !== "");
  const isOneSite = address !== undefined && !address.block && address.name !== "import";
  return isOneSite ? [{ ...address, block: rest }] : sites;
}

function readSite(
  { name, args, block = [], ...place }: Directive,
  globals: readonly Directive[],
  namedRoutes: ReadonlyMap<string, readonly Directive[]>,
  order: Order,
): Site {
  const written = [name, ...args].flatMap((word) => word.split(",")).filter((word) => word !== "");
  const hasTls = block.some((directive) => directive.name === "tls");
  const bound = block.filter((directive) => directive.name === "bind").flatMap((directive) => directive.args);
  const isInside = bound.length > 0 && bound.every((address) => isLoopback(address) || /^unix\//.test(address));
  const option = (wanted: string) => globals.findLast((global) => global.name === wanted)?.args[0];
  const plainPort = option("http_port") ?? "80";
  const tlsPort = option("https_port") ?? "443";
  const addresses = written.map((address) => {
    const [, scheme, host = "", port] = /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?/.exec(address) ?? [];
    const isPlain = scheme === "http" || port === plainPort || port === "80";
    const isTls = hasTls || scheme === "https" || port === tlsPort || port === "443" || (host !== "" && !isPlain);
    return {
      host: host === "" ? undefined : host.replace(/^\*/, "zerohop-lint"),
      tls: !isPlain && isTls,
      isPublic: !isInside && !isLoopback(host),
    };
  });
  return { place, title: written.slice(0, 3).join(", "), addresses, directives: block, namedRoutes, order };
}

/** The directives that pass requests on, in a directive and below it. */
function proxiesBelow(directive: Directive): ProxyDirective[] {
  const inner = (directive.block ?? []).flatMap(proxiesBelow);
  const own = readProxy(directive);
  return own ? [own, ...inner] : inner;
}
