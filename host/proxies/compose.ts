// The Compose file of a site: Zerohop's host as a container, and before it a proxy as another, with the files that are written beside it.

/** How the official image of a proxy is started with a configuration that somebody other than root may read. */
interface Container {
  readonly image: string;
  /** Where the configuration lies in it. */
  readonly folder: string;
  /** Relative to the folder, as it is started with. */
  readonly command: (folder: string) => readonly string[];
  /** Folders that it has to write to. */
  readonly tmpfs: readonly string[];
  readonly capabilities?: readonly string[];
}

export const containers = {
  nginx: {
    ...{ image: "nginx:1.28", folder: "/etc/nginx", tmpfs: ["/run", "/var/cache/nginx"] },
    command: () => ["nginx", "-g", "daemon off;"],
  },
  envoy: {
    ...{ image: "envoyproxy/envoy:v1.40-latest", folder: "/etc/envoy", tmpfs: ["/tmp"] },
    command: (folder) => ["envoy", "-c", `${folder}/envoy.yaml`],
  },
  caddy: {
    ...{ image: "caddy:2.11", folder: "/etc/caddy", tmpfs: ["/config", "/data"] },
    command: (folder) => ["caddy", "run", "--config", `${folder}/Caddyfile`],
    // The image's program asks for it, and is not started without.
    capabilities: ["NET_BIND_SERVICE"],
  },
  traefik: {
    ...{ image: "traefik:v3.7", folder: "/etc/traefik", tmpfs: ["/tmp"] },
    command: (folder) => ["traefik", `--configFile=${folder}/traefik.yml`],
  },
  haproxy: {
    ...{ image: "haproxy:3.2", folder: "/usr/local/etc/haproxy", tmpfs: ["/tmp"] },
    command: (folder) => ["haproxy", "-W", "-db", "-f", `${folder}/haproxy.cfg`],
  },
  "envoy-ext-authz": {
    ...{ image: "envoyproxy/envoy:v1.40-latest", folder: "/etc/envoy", tmpfs: ["/tmp"] },
    command: (folder) => ["envoy", "-c", `${folder}/ext-authz.yaml`],
  },
} as const satisfies Readonly<Record<string, Container>>;

/** Where the host and the proxy find each other. What comes from the proxy's address is believed about visitors' addresses. */
export const portalNetwork = { subnet: "10.91.91.0/29", host: "10.91.91.2", proxy: "10.91.91.3" };

/** Above those that are root's. What visitors come to is published on them. */
export const containerPorts = { https: 8443, http: 8080 };

export interface ComposeSite {
  readonly proxy: keyof typeof containers;
  /** The host's image. */
  readonly image: string;
  /** Whose the files are, and who runs both: `UID:GID`. */
  readonly user: string;
  /** The ports of this machine that visitors come to; `http` undefined: nothing leads from plain HTTP to HTTPS. */
  readonly ports: { readonly https: number; readonly http: number | undefined };
  /** Of this machine, relative to the file's folder or absolute. */
  readonly certificate: { readonly chain: string; readonly key: string };
  /** Whether an application is on the machine itself, by the name host.docker.internal. */
  readonly reachesMachine: boolean;
}

/** Where the proxy's container has the certificate, under whichever names this machine has it. */
export function certificateInside({ chain, key }: ComposeSite["certificate"]): ComposeSite["certificate"] {
  return { chain: "/tls/fullchain.pem", key: chain === key ? "/tls/fullchain.pem" : "/tls/privkey.pem" };
}

export function composeText({ proxy, image, user, ports, certificate, reachesMachine }: ComposeSite): string {
  const container: Container = containers[proxy];
  const inside = certificateInside(certificate);
  const tls = new Map([
    [inside.chain, certificate.chain],
    [inside.key, certificate.key],
  ]);
  const published = [
    `${ports.https}:${containerPorts.https}`,
    ...(ports.http === undefined ? [] : [`${ports.http}:${containerPorts.http}`]),
  ];
  const mounted = [
    `./${proxy}:${container.folder}:ro`,
    ...Array.from(tls, ([there, file]) => `${file.startsWith("/") ? file : `./${file}`}:${there}:ro`),
  ];
  return `# Zerohop's host and ${proxy} as containers, over what lies beside this file. Written by zerohop init --compose.
#   docker compose up -d
#   docker compose exec zerohop zerohop user list --config zerohop.yml
# An application in a Compose file of its own joins the network: \`networks: { zerohop: { external: true } }\`. None publishes a port: whoever
# reaches one is past the login.
name: zerohop
services:
  zerohop:
    image: ${image}
    command: [serve, --config, /etc/zerohop/zerohop.yml]
    # Whose these files are.
    user: "${user}"
    # The folder itself, so that a change is seen; the database, the users and mails are what it writes.
    volumes: ["./:/etc/zerohop:ro", "./data:/etc/zerohop/data"]
    networks: { portal: { ipv4_address: ${portalNetwork.host} } }
    tmpfs: [/tmp]
${confined([])}
  proxy:
    image: ${container.image}
    command: ${list(container.command(container.folder))}
    user: "${user}"
    ports: ${list(published)}
    volumes: ${list(mounted)}
    networks: { portal: { ipv4_address: ${portalNetwork.proxy} }, applications: {} }
${reachesMachine ? '    extra_hosts: ["host.docker.internal:host-gateway"]\n' : ""}    depends_on: [zerohop]
    tmpfs: ${list(container.tmpfs)}
${confined(container.capabilities ?? [])}
networks:
  # The host and the proxy alone. server.trusted_proxies of zerohop.yml names the proxy, which is believed about visitors' addresses.
  portal: { ipam: { config: [{ subnet: ${portalNetwork.subnet} }] } }
  applications: { name: zerohop }
`;
}

/** With no more than it needs. */
function confined(capabilities: readonly string[]): string {
  const lines = [
    "read_only: true",
    "cap_drop: [ALL]",
    ...(capabilities.length > 0 ? [`cap_add: ${list(capabilities)}`] : []),
    "security_opt: [no-new-privileges:true]",
    "restart: unless-stopped",
  ];
  return lines.map((line) => `    ${line}`).join("\n");
}

/** Of words that YAML could read otherwise, or Compose: `$` is a variable's there. */
function list(words: readonly string[]): string {
  return `[${words.map((word) => (/^[\w/.-]+$/.test(word) ? word : JSON.stringify(word.replaceAll("$", "$$$$")))).join(", ")}]`;
}
