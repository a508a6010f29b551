// A proxy in front of the portal and applications, whatever program it is: what its configuration is written from.

export interface Front {
  /** The command that writes the configuration, which it names. */
  readonly command: string;
  /** Where the configuration's files lie on the proxy's machine. An absolute path. */
  readonly folder: string;
  readonly listen: Listen;
  /** The certificate chain and its key in PEM. Absent: Caddy gets certificates by itself, others have theirs in tls/ beside the files. */
  readonly certificate: Certificate | undefined;
  /** The portals' names; none where another proxy serves them. */
  readonly portals: readonly string[];
  readonly applications: readonly Application[];
  readonly host: ZerohopHost;
  /** Where it answers HAProxy; undefined: nowhere. */
  readonly spoePort: number | undefined;
  /** Where gates on other machines reach the host through this proxy. */
  readonly edge: Address | undefined;
  /** Where those applications are served that only internal networks reach. */
  readonly internal: Address | undefined;
  /** Networks (CIDR) of the proxies in front of this one, whose word about the client's address is believed. */
  readonly trustedProxies: readonly string[];
  /** Of these networks those whose word the Zerohop host would not take (`server.trusted_proxies`). */
  readonly unknownToHost: readonly string[];
  /** Whether those begin each connection with the PROXY protocol. */
  readonly proxyProtocol: boolean;
  /** The name of the session's cookie. */
  readonly sessionCookie: string;
  /** The headers beside Remote-* that applications are told in, as they are written. */
  readonly identityHeaders: readonly string[];
  readonly gate: Gate;
  readonly kubernetes: Kubernetes;
}

export interface Address {
  /** An IP address or a name; empty: every address of the machine. */
  readonly address: string;
  readonly port: number;
}

export interface Listen {
  /** An IP address; empty: every one of the machine. */
  readonly address: string;
  readonly https: number;
  /** What leads from plain HTTP to HTTPS; undefined: nothing does. */
  readonly http: number | undefined;
  /** The port that visitors see. */
  readonly publicPort: number;
}

export interface Certificate {
  readonly chain: string;
  readonly key: string;
}

export interface Application {
  /** Letters, digits and underscores; each has its own. */
  readonly name: string;
  /** Its host names, in lower case; `*.example.com` stands for all that end so. */
  readonly hosts: readonly string[];
  readonly upstream: Upstream;
  /** Whether it is served at the internal address, and nowhere else. */
  readonly internal: boolean;
}

/** Where visitors come to by HTTPS, and what they find there. */
export interface Listener {
  readonly name: "https" | "internal";
  readonly at: Address;
  /** Whether connections begin with the PROXY protocol: internal networks come without those in front. */
  readonly proxyProtocol: boolean;
  readonly portals: readonly string[];
  readonly applications: readonly Application[];
}

export function listenersOf({ listen, internal, portals, applications, proxyProtocol }: Front): readonly Listener[] {
  const served = (here: boolean) => applications.filter((application) => application.internal === here);
  const everybody: Listener = {
    ...{ name: "https", at: { address: listen.address, port: listen.https } },
    ...{ proxyProtocol, portals, applications: served(false) },
  };
  if (!internal) return [everybody];
  return [everybody, { name: "internal", at: internal, proxyProtocol: false, portals: [], applications: served(true) }];
}

/** The listener that serves an application. */
export function listenerOf(front: Front, { internal }: Application): Listener {
  return listenersOf(front)[internal ? 1 : 0]!;
}

/** Some of an application's names, as the first of several matches has to find them: exact ones, or one wildcard. */
export interface Names {
  readonly application: Application;
  readonly hosts: readonly string[];
  /** Labels behind the wildcard; undefined: the names are exact. */
  readonly depth: number | undefined;
}

/** Exact names before wildcards, and of wildcards the narrower one: for proxies that would take the first, or the longest rule. */
export function namesInOrder(applications: readonly Application[]): readonly Names[] {
  const isWild = (host: string) => host.startsWith("*.");
  const exact = applications
    .map((application) => ({ application, hosts: application.hosts.filter((host) => !isWild(host)), depth: undefined }))
    .filter(({ hosts }) => hosts.length > 0);
  const wild = applications.flatMap((application) =>
    application.hosts.filter(isWild).map((host) => ({ application, hosts: [host], depth: host.split(".").length - 1 })),
  );
  return [...exact, ...wild.toSorted((a, b) => b.depth - a.depth)];
}

export interface Upstream extends Address {
  readonly scheme: "http" | "https" | "h2c";
  /** The file of the authorities that its certificate is checked against, for https. */
  readonly authority: string;
}

/** The Zerohop hosts of a site, of which each answers as well as another. */
export interface ZerohopHost {
  readonly servers: readonly Address[];
  /** Absent: plain HTTP. */
  readonly tls: { readonly name: string; readonly authority: string } | undefined;
}

/** What a gate in the proxy is configured with. */
export interface Gate {
  /** Both are absent where an example is written. */
  readonly rootKeys: readonly { readonly kid: string; readonly x: string }[] | undefined;
  readonly edgeToken: string | undefined;
  /** The Host of its questions. */
  readonly authority: string;
  readonly options: GateOptions;
  /** Whether cookies of a session's name are taken out of applications' responses, by gates that can. */
  readonly dropsSessionSetCookie: boolean;
}

/** As the gate reads them. */
export interface GateOptions {
  readonly max_stale: number;
  readonly trusted_proxies?: readonly string[];
  readonly cache_bytes?: number;
  readonly access_log?: string;
}

/** Where the gate is in Kubernetes. */
export interface Kubernetes {
  readonly namespace: string;
  /** A label of the gateway's pods for Istio, `NAME=VALUE`; the Gateway's name for Envoy Gateway. */
  readonly gateway: string;
  /** The image with gate.wasm, without a scheme, and its digest: 64 hexadecimal digits. */
  readonly image: string;
  readonly digest: string;
  /** The HTTPRoute that leads to the portal, `NAMESPACE/NAME`. */
  readonly route: string;
}

/** A file of a configuration. */
export interface ConfigurationFile {
  /** Its name in the configuration's folder. */
  readonly path: string;
  readonly text: string;
  /** It holds an edge token. */
  readonly secret?: boolean;
}

/** `address:port`, with an IPv6 address in brackets. */
export function authorityOf({ address, port }: Address): string {
  return `${hostIn(address)}:${port}`;
}

/** An address as URLs have it: an IPv6 one in brackets. */
export function hostIn(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Where a proxy whose question can go to one address only has one of its own, and leads what comes there on to the hosts. */
export const ownAddress: Address = { address: "127.0.0.1", port: 9094 };

/** The URL of each host. */
export function hostUrls({ servers, tls }: ZerohopHost): [string, ...string[]] {
  return servers.map((server) => `${tls ? "https" : "http"}://${authorityOf(server)}`) as [string, ...string[]];
}

/** The certificate of the portal and the applications, for proxies that get none by themselves. */
export function certificateOf({ certificate, folder }: Front): Certificate {
  return certificate ?? { chain: `${folder}/tls/fullchain.pem`, key: `${folder}/tls/privkey.pem` };
}

/** Whether proxies in front say in X-Forwarded-For who the visitor is. */
export function believesForwarded({ trustedProxies, proxyProtocol }: Front): boolean {
  return trustedProxies.length > 0 && !proxyProtocol;
}

/** The port behind a name in a URL: nothing where it is HTTPS's own. */
export function portSuffix({ publicPort }: Listen): string {
  return publicPort === 443 ? "" : `:${publicPort}`;
}
