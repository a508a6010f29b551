// The front that a site's configuration and an operator's wishes make: what stands in zerohop.yml is read from there.
import { isIP } from "node:net";
import type { GateConfig } from "../gates/edge/config.ts";
import type { ServerConfig } from "../http/config.ts";
import { fromThisMachine } from "../kit/config/listen-address.ts";
import { type Network, NetworkSet, parseNetwork, writtenNetwork } from "../kit/config/network.ts";
import { usage } from "../kit/errors.ts";
import { Mistake } from "../kit/yaml/schema.ts";
import type { SessionConfig } from "../session/config.ts";
import { isInside } from "../session/cookie-domain.ts";
import { namesOf } from "../session/identity-headers.ts";
import {
  type Address,
  type Application,
  authorityOf,
  type Certificate,
  type Front,
  type Gate,
  type Kubernetes,
  type ZerohopHost,
} from "./front.ts";
import { gateOptions } from "./gate-configuration.ts";

/** What is read of the host's configuration. */
export interface Site {
  readonly server: Pick<ServerConfig, "address" | "spoeAddress" | "tls" | "trustedProxies">;
  readonly session: Pick<SessionConfig, "name" | "cookies">;
  readonly gate: GateConfig;
}

/** As the options of `zerohop proxy` have them; each is absent where it was not given. */
export interface Wishes {
  /** The command itself, to be named in what it writes. */
  readonly command: string;
  /** Where the files lie on the proxy's machine. */
  readonly folder: string;
  /** `HOST[,HOST…]=URL` of each application. */
  readonly apps?: readonly string[] | undefined;
  /** The same of those that only internal networks reach, and `ADDRESS:PORT` where they do. */
  readonly internalApps?: readonly string[] | undefined;
  readonly internal?: string | undefined;
  /** URLs of the Zerohop hosts, as the proxy reaches them. */
  readonly hosts?: readonly string[] | undefined;
  /** The name of a host that none of these says; absent, it is where the proxy is. */
  readonly hostName?: string | undefined;
  /** The file of the authorities that certificates of Zerohop hosts, and those of applications, are checked against. */
  readonly hostCa?: string | undefined;
  readonly applicationCa?: string | undefined;
  readonly withoutPortal?: boolean | undefined;
  /** `[ADDRESS:]PORT`, for HTTPS. */
  readonly listen?: string | undefined;
  /** A port, or `off`. */
  readonly http?: string | undefined;
  /** `[ADDRESS:]PORT` for gates on other machines. */
  readonly edge?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly cloudflare?: boolean | undefined;
  readonly proxyProtocol?: boolean | undefined;
  /** In Kubernetes: where the gateway is, what it is called, the image with the gate, and the portal's HTTPRoute. */
  readonly namespace?: string | undefined;
  readonly gateway?: string | undefined;
  readonly image?: string | undefined;
  readonly route?: string | undefined;
  /** Whether the host is reached through a mesh that encrypts: its address is a Service's. */
  readonly inCluster?: boolean | undefined;
  /** What a gate decides by; absent, an example is written. */
  readonly gate?: Pick<Gate, "rootKeys" | "edgeToken"> | undefined;
}

/** Of most systems; HAProxy and others that take a file of authorities need it named. */
const systemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** https://www.cloudflare.com/ips, of 2026-11. */
const cloudflareNetworks = [
  ...["173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18"],
  ...["190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13"],
  ...["104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "2400:cb00::/32", "2606:4700::/32", "2803:f800::/32"],
  ...["2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32"],
];

/** Throws HostError "usage". */
export function frontOf(site: Site, wishes: Wishes): Front {
  const { session, gate } = site;
  refuseBrokenText(wishes);
  const portals = session.cookies.map(({ portalUrl }) => new URL(portalUrl));
  const publicPort = Number(portals[0]!.port || 443);
  const listen = wishes.listen === undefined ? { address: "", port: publicPort } : addressIn("--listen", wishes.listen);
  const trustedProxies = trustedNetworks(gate, wishes);
  if (wishes.proxyProtocol && trustedProxies.length === 0)
    throw usage(
      "--proxy-protocol needs --trusted-proxy with the networks of those who may say in it who the visitor is",
    );
  const front: Front = {
    command: inLines(wishes.command),
    folder: wishes.folder,
    listen: { address: listen.address, https: listen.port, http: httpPort(wishes.http), publicPort },
    certificate: certificateOf(wishes),
    portals: wishes.withoutPortal ? [] : portals.map(({ hostname }) => hostname),
    applications: applicationsOf(site, wishes),
    host: hostOf(site, wishes, portals[0]!),
    spoePort: site.server.spoeAddress?.port,
    edge: wishes.edge === undefined ? undefined : addressIn("--edge", wishes.edge),
    internal: internalOf(wishes),
    trustedProxies,
    unknownToHost: trustedProxies.filter((network) => !isWithin(network, site.server.trustedProxies)),
    proxyProtocol: wishes.proxyProtocol ?? false,
    sessionCookie: session.name,
    identityHeaders: identityHeadersOf(session),
    kubernetes: kubernetesOf(wishes),
    gate: {
      rootKeys: wishes.gate?.rootKeys,
      edgeToken: wishes.gate?.edgeToken,
      dropsSessionSetCookie: gate.dropSessionSetCookie,
      authority: portals[0]!.host,
      // By the PROXY protocol the proxy itself knows whom they speak for, and nothing that they pass on tells more.
      options: gateOptions(gate, wishes.proxyProtocol ? [] : trustedProxies),
    },
  };
  if (wishes.inCluster) return front;
  if (front.portals.length === 0 && front.applications.length === 0)
    throw usage("--no-portal leaves nothing to serve: name an application with --app HOST=URL");
  refuseSharedPorts(front);
  return front;
}

/** nginx takes no line of 4,096 bytes, comments included. Characters. */
const longestLine = 1000;

/** A command in as many lines as it needs, each but the last with a backslash at its end, as a shell takes it. */
function inLines(command: string): string {
  const lines: string[] = [];
  for (const word of command.match(/(?:'[^']*'|[^' ])+/g) ?? []) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > longestLine) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(" \\\n");
}

/** What stands in a configuration as it was given must be one word there, whatever its syntax. */
function refuseBrokenText(wishes: Wishes): void {
  const words = {
    ...{ "--certificate": wishes.certificate, "--key": wishes.key, "--host-ca": wishes.hostCa },
    ...{ "--app-ca": wishes.applicationCa, "--folder": wishes.folder, "--namespace": wishes.namespace },
    ...{ "--gateway": wishes.gateway, "--route": wishes.route },
  };
  for (const [option, word = ""] of Object.entries(words))
    if (!/^[\w@%+=:,./-]*$/.test(word))
      throw usage(
        `${option} ${JSON.stringify(word)}: only letters, digits and @%+=:,._/- can stand in a proxy's configuration`,
      );
  // The command is a line of a comment.
  if (/\p{Cc}/u.test(wishes.command)) throw usage("no option may have a line break or a control character in it");
}

/** On one port a listener would answer who comes to another, or they would be answered by whichever of two the system takes. */
function refuseSharedPorts({ listen: { address, https, http }, edge, internal }: Front): void {
  const places = [
    { address, port: https },
    ...(http === undefined ? [] : [{ address, port: http }]),
    edge,
    internal,
  ].filter((place) => place !== undefined);
  const isEvery = (place: string) => ["", "0.0.0.0", "::"].includes(place);
  const isOne = (a: Address, b: Address) =>
    a.port === b.port && (isEvery(a.address) || isEvery(b.address) || a.address === b.address);
  if (places.some((place, i) => places.slice(i + 1).some((other) => isOne(place, other))))
    throw usage("--listen, --http, --edge and --internal need a port each on an address");
}

function internalOf({ internal, internalApps = [], inCluster }: Wishes): Address | undefined {
  if (internal === undefined) {
    if (internalApps.length > 0)
      throw usage("--internal-app needs --internal with the address and the port that internal networks reach");
    return undefined;
  }
  if (inCluster)
    throw usage("--internal is for proxies whose listeners are written here; in Kubernetes they are a Gateway's");
  if (internalApps.length === 0) throw usage("--internal serves nothing without --internal-app HOST=URL");
  const address = addressIn("--internal", internal);
  if (address.address === "")
    throw usage(
      "--internal is ADDRESS:PORT: without an address it would be where everybody comes to (0.0.0.0 in a container)",
    );
  return address;
}

function certificateOf({ certificate, key }: Wishes): Certificate | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined) throw usage("--key needs --certificate beside it");
  return { chain: certificate, key: key ?? certificate };
}

function kubernetesOf({
  namespace = "default",
  gateway = "eg",
  image = "",
  route = "",
  inCluster,
}: Wishes): Kubernetes {
  const [, name = "", digest = ""] = /^(?:oci:\/\/)?([\w.:/-]+)@sha256:([0-9a-f]{64})$/.exec(image) ?? [];
  if (inCluster && name === "")
    throw usage(
      "--image is needed: an image with gate.wasm as plugin.wasm, by its digest, as in registry.example.com/zerohop/gate:0.1.0@sha256:…",
    );
  return { namespace, gateway, image: name, digest, route: route || `${namespace}/zerohop` };
}

/** As they are written, each once. */
function identityHeadersOf({ cookies }: Site["session"]): string[] {
  const written = cookies.flatMap(({ identityHeaders: of }) => [...of.user, ...of.groups, ...of.name, ...of.email]);
  return namesOf(cookies.map(({ identityHeaders }) => identityHeaders)).map(
    (name) => written.find((one) => one.toLowerCase() === name)!,
  );
}

function trustedNetworks({ trustedProxies }: GateConfig, { trustedProxies: more = [], cloudflare }: Wishes): string[] {
  const given = more.map((network) => {
    try {
      return parseNetwork(network);
    } catch (error) {
      if (error instanceof Mistake) throw usage(`--trusted-proxy ${error.message}`);
      throw error;
    }
  });
  const own = [...trustedProxies, ...given].map(writtenNetwork);
  return [...new Set([...own, ...(cloudflare ? cloudflareNetworks : [])])];
}

function isWithin(written: string, networks: readonly Network[]): boolean {
  const { address, prefix } = parseNetwork(written);
  return networks.some((network) => network.prefix <= prefix && new NetworkSet([network]).includes(address));
}

function applicationsOf({ session }: Site, { apps = [], internalApps = [], applicationCa }: Wishes): Application[] {
  const names = new Set<string>();
  const taken = new Set(session.cookies.map(({ portalUrl }) => new URL(portalUrl).hostname));
  return [...apps, ...internalApps].map((app, i, all) => {
    const [, list = "", url = ""] = /^([^=]*)=(.*)$/.exec(app) ?? [];
    const hosts = list.split(",").map((host) => host.trim().toLowerCase());
    for (const host of hosts) {
      if (!/^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+$/.test(host))
        throw usage(`--app is HOST[,HOST…]=URL, such as app.example.com=http://127.0.0.1:8000, not ${app}`);
      if (taken.has(host)) throw usage(`--app ${app}: ${host} is served already`);
      taken.add(host);
      const domains = session.cookies.map(({ domain }) => domain);
      if (!domains.some((domain) => isInside(host.replace(/^\*\./, ""), domain)))
        throw usage(`--app ${app}: ${host} is in no cookie domain of the configuration (${domains.join(", ")})`);
    }
    const upstream = urlIn(`--app ${app}`, url, ["http", "https", "h2c"]);
    const name = all.length === 1 ? "application" : uniqueName(hosts[0]!, names);
    const internal = i >= apps.length;
    return { name, hosts, internal, upstream: { ...upstream, authority: applicationCa ?? systemAuthorities } };
  });
}

/** The first label of a host tells applications apart in most sites. */
function uniqueName(host: string, names: Set<string>): string {
  const labels = host.replace(/^\*\./, "any.").split(".");
  for (let count = 1; ; count++) {
    const label = labels.slice(0, count).join("_").replaceAll("-", "_");
    const name = `application_${label}${count > labels.length ? `_${count}` : ""}`;
    if (names.has(name)) continue;
    names.add(name);
    return name;
  }
}

function hostOf({ server }: Site, { hosts, hostName, hostCa, inCluster }: Wishes, portal: URL): ZerohopHost {
  const given = hosts ?? [`${server.tls ? "https" : "http"}://${listening(server, hostName)}`];
  const urls = given.map((url) => urlIn(`--host ${url}`, url, ["http", "https"]));
  const [{ scheme }] = urls as [(typeof urls)[number]];
  if (urls.some((url) => url.scheme !== scheme))
    throw usage("--host: all hosts must be reached by http or all by https");
  const servers = urls.map(({ address, port }) => ({ address, port }));
  // A name without a dot is a container's beside the proxy.
  const isNear = (address: string) => isThisMachine(address) || /^[a-z_][\w-]*$/i.test(address);
  const other = servers.find(({ address }) => !isNear(address));
  if (scheme === "http" && other && !inCluster)
    throw usage(
      `--host http://${other.address}:${other.port}: sessions and passwords would go over the network in clear text; ` +
        "set server.tls in the host's configuration and name it by https://, or bring the host onto the proxy's machine",
    );
  if (scheme === "http") return { servers, tls: undefined };
  // A host of several is one of the portal's by its certificate; one that is named by its own name has one for that.
  const named = servers.every(({ address }) => isIP(address) === 0 && address === servers[0]!.address);
  return {
    servers,
    tls: { name: named ? servers[0]!.address : portal.hostname, authority: hostCa ?? systemAuthorities },
  };
}

function isThisMachine(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127(\.\d+){3}$/.test(address);
}

/** Where a proxy reaches the host: by its name, or on the same machine. */
function listening({ address }: Site["server"], name: string | undefined): string {
  return name === undefined ? fromThisMachine(address) : authorityOf({ address: name, port: address.port });
}

function urlIn<Scheme extends string>(option: string, url: string, schemes: readonly Scheme[]) {
  const [, scheme = "", ipv6, name, port] =
    /^([a-z0-9]+):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?\/?$/.exec(url) ?? [];
  const known = schemes.find((one) => one === scheme);
  if (!known || (ipv6 !== undefined && isIP(ipv6) !== 6))
    throw usage(
      `${option}: the URL must be ${schemes.map((one) => `${one}://`).join(" or ")}, a host and a port, without a path`,
    );
  const number = Number(port ?? (known === "https" ? 443 : 80));
  if (number < 1 || number > 65_535) throw usage(`${option}: the port must be from 1 to 65535`);
  return { scheme: known, address: ipv6 ?? name!, port: number };
}

function addressIn(option: string, value: string): Address {
  const [, ipv6, ipv4, port] = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|(\d+(?:\.\d+){3})):)?(\d{1,5})$/.exec(value) ?? [];
  const address = ipv6 ?? ipv4 ?? "";
  const number = Number(port);
  if (port === undefined || (address !== "" && isIP(address) === 0) || number < 1 || number > 65_535)
    throw usage(
      `${option} must be a port or ADDRESS:PORT with an IP address, such as 8443 or 10.0.0.1:8443, not ${value}`,
    );
  return { address, port: number };
}

function httpPort(value = "80"): number | undefined {
  if (value === "off") return undefined;
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port < 1 || port > 65_535) throw usage(`--http must be a port or off, not ${value}`);
  return port;
}
