// Traefik before the portal and the applications: with ForwardAuth, or with the gate inside as a Wasm plugin.
import { usage } from "../kit/errors.ts";
import {
  type Application,
  authorityOf,
  believesForwarded,
  type ConfigurationFile,
  certificateOf,
  type Front,
  hostUrls,
  type Names,
  namesInOrder,
  ownAddress,
} from "./front.ts";
import { bundleFolder, gateConfiguration, hostCluster, renewalsFolder, rootKeysOf } from "./gate-configuration.ts";
import { askedHeaders, misleadingHeaders, othersHeaders, remoteHeaders } from "./request-headers.ts";
import { file, literal, text } from "./template.ts";

export function traefikFiles(front: Front): readonly ConfigurationFile[] {
  return [
    { path: "traefik.yml", text: forwardAuthStatic(front) },
    { path: "dynamic.yml", text: forwardAuthDynamic(front) },
  ];
}

const chain = "strip, no-upgrade, zerohop";

function forwardAuthStatic(front: Front, docker = ""): string {
  return staticConfiguration(front, {
    asksItself: asksItself(front),
    title: [
      "# Traefik before Zerohop and the applications, with ForwardAuth: the static configuration. dynamic.yml is the other part. The",
      "# host's server.trusted_proxies must name this Traefik, or be left out when it runs on the same machine.",
      "#",
      "# Not given: the session cookie reaches the applications, for Traefik cannot take one cookie out of a header. An application",
      "# that you would not trust with the user's session needs another proxy.",
    ],
    aliases: text`
          # CGI, PHP and WSGI applications read a client's Remote_User or Remote.User as Remote-User: they do not reach any
          # (Traefik 3.7.12 or newer).
          `,
    decider: "the host",
    plugin: "",
    docker,
  });
}

function forwardAuthDynamic(front: Front): string {
  return dynamicConfiguration(front, {
    title:
      "# Traefik before Zerohop and the applications, with ForwardAuth: the dynamic configuration (see traefik.yml).",
    ...{ middlewares: chain, webSockets: true },
    strip: identityAliases(front),
    zerohop: forwardAuth(front),
  });
}

/** Traefik and applications in containers: what is about an application is in its container's labels. */
export function traefikLabelsFiles(front: Front): readonly ConfigurationFile[] {
  const { command, applications, listen } = front;
  if (applications.some(({ upstream }) => upstream.scheme === "https"))
    throw usage("a container is reached by http:// or h2c://");
  const services = applications.map(serviceOf);
  const twice = services.find((service, i) => services.indexOf(service) < i);
  if (twice !== undefined) throw usage(`--app: ${twice} is one container, whose labels are about one application`);
  const docker = text`
    # What is about an application is in its container's labels; one without them is reached by nobody.
    docker: { endpoint: "tcp://docker-socket:2375", exposedByDefault: false, network: proxy }
    `;
  const { address } = listen;
  const published = [
    ...(listen.http === undefined ? [] : [{ address, port: listen.http }]),
    { address, port: listen.https },
    ...[front.edge ?? [], front.internal ?? []].flat(),
  ];
  if (new Set(published.map(({ port }) => port)).size < published.length)
    throw usage("--listen, --http, --edge and --internal need a port each: a container has one address");
  if (front.internal && ["0.0.0.0", "::"].includes(front.internal.address))
    throw usage("--internal names the machine's address at which Docker publishes it, which is not every one");
  const compose = file`
    # Traefik, with ForwardAuth, and the labels of applications' containers: lay it over the compose.yaml that has these and the zerohop
    # service, as in \`docker compose -f compose.yaml -f compose.zerohop.yaml up -d\`. Written by
    #   ${command}
    services:
      traefik:
        image: traefik:v3.7
        restart: unless-stopped
        ports: [${published.map((at) => `"${at.address === "" ? at.port : authorityOf(at)}:${at.port}"`).join(", ")}]
        # traefik.yml, dynamic.yml and tls/, which are written beside this file.
        volumes: ["./traefik:/etc/traefik:ro"]
        networks: [proxy, docker-socket]
        depends_on: [docker-socket]
      # Whoever gets into Traefik can ask Docker for its containers, and for nothing else.
      docker-socket:
        image: tecnativa/docker-socket-proxy
        restart: unless-stopped
        environment: { CONTAINERS: 1 }
        volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
        networks: [docker-socket]
      zerohop:
        networks: [proxy]
      ${applications.map((application) => labelled(front, application))}
    networks:
      proxy: { name: proxy }
      docker-socket: { internal: true }
    `;
  return [
    { path: "compose.zerohop.yaml", text: compose },
    { path: "traefik/traefik.yml", text: forwardAuthStatic(inContainer(front), docker) },
    { path: "traefik/dynamic.yml", text: forwardAuthDynamic({ ...front, applications: [] }) },
  ];
}

/** The addresses are the machine's, at which Docker publishes the ports; the container has none of them. */
function inContainer(front: Front): Front {
  const { listen, edge, internal } = front;
  return {
    ...{ ...front, listen: { ...listen, address: "" } },
    ...{ edge: edge && { ...edge, address: "" }, internal: internal && { ...internal, address: "" } },
  };
}

/** Its container, as Compose knows it. */
function serviceOf({ name, upstream }: Application): string {
  return /^[\w-]+$/.test(upstream.address) ? upstream.address : name;
}

function labelled(front: Front, application: Application): string {
  const { upstream } = application;
  const service = serviceOf(application);
  const id = service.replaceAll("_", "-");
  const passed = `${chain}${believesForwarded(front) ? ", forwarded" : ""}`;
  const router = (at: string, own: string, middlewares: string, priority: number | undefined) => [
    `traefik.http.routers.${at}.entrypoints: ${application.internal ? "internal" : "https"}`,
    `traefik.http.routers.${at}.rule: "${own.replaceAll("\\", "\\\\").replaceAll("$", "$$$$")}"`,
    ...(priority === undefined ? [] : [`traefik.http.routers.${at}.priority: "${priority}"`]),
    `traefik.http.routers.${at}.middlewares: ${middlewares.replaceAll(/([\w-]+)/g, "$1@file").replaceAll(" ", "")}`,
    `traefik.http.routers.${at}.service: ${id}`,
    `traefik.http.routers.${at}.tls: "true"`,
  ];
  const parts = namesInOrder([application]).map((names) => ({
    at: routerName(id, names),
    rule: hostRule(names.hosts),
    priority: priorityOf(names),
  }));
  return text`
    ${service}:
      # No port of it is published: whoever reaches one is past the gate.
      networks: [proxy]
      labels:
        traefik.enable: "true"
        ${parts.flatMap(({ at, rule, priority }) => router(at, rule, passed, priority))}
        # Of upgrades only WebSockets pass.
        ${parts.flatMap(({ at, rule, priority }) => router(`${at}-web-sockets`, `(${rule}) && HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)`, passed.replace("no-upgrade", "web-socket"), priority && priority + 1))}
        traefik.http.services.${id}.loadbalancer.server.port: "${String(upstream.port)}"
        ${upstream.scheme === "h2c" ? `traefik.http.services.${id}.loadbalancer.server.scheme: h2c` : ""}
    `;
}

export function traefikPluginFiles(front: Front): readonly ConfigurationFile[] {
  const { gate, folder } = front;
  const { max_stale: maxStale, trusted_proxies: trusted, cache_bytes: cacheBytes } = gate.options;
  const files = [
    {
      path: "traefik.yml",
      text: staticConfiguration(front, {
        title: [
          "# Traefik (3.7.12 or newer) with the gate inside it, as a Wasm plugin: the static configuration. dynamic.yml is the other part;",
          "# docs/traefik.md says what is beside them. zerohop bundle watch keeps the bundle current:",
          "#",
          // It asks the host itself: what is before the portal answers 404.
          `#   zerohop bundle watch --gate ${folder}/zerohop-gate.json --output /run/zerohop/bundle.jws --url ${hostUrls(front.host)[0]}`,
          "#",
          `# Traefik looks for plugins-local in the folder that it is started in: start it in ${folder}.`,
        ],
        aliases: text`
          # The plugin takes out every spelling of Remote-User and its kin; this keeps the aliases of all other headers away from
          # CGI, PHP and WSGI applications.
          `,
        decider: "the plugin",
        plugin: text`
          experimental:
            localPlugins:
              zerohop:
                moduleName: zerohop
                settings:
                  # The folder of the bundle file and what the plugin sees it as, read-only. The folder and not the file, which is replaced.
                  # In the other one, which \`zerohop bundle watch\` makes, the plugin writes: it has to be Traefik's own user's, as who that
                  # runs as well.
                  mounts: ["/run/zerohop:${bundleFolder}:ro", "/run/zerohop/renewals:${renewalsFolder}"]
          `,
      }),
    },
    {
      path: "dynamic.yml",
      text: dynamicConfiguration(front, {
        title: "# Traefik with the gate inside it: the dynamic configuration (see traefik.yml).",
        ...{ middlewares: "strip, zerohop", webSockets: false, strip: "" },
        zerohop: text`
          zerohop:
            plugin:
              zerohop:
                root_keys:
                  ${rootKeysOf(gate).flatMap(({ kid, x }) => [`- kid: ${kid}`, `  x: ${x}`])}
                bundle_file: ${bundleFolder}/bundle.jws
                # Sessions that are in use go on by way of this folder, in which the plugin notes them for \`zerohop bundle watch\`.
                renewals: ${renewalsFolder}
                # How old the bundle may be when \`zerohop bundle watch\` or the host is away. Seconds.
                max_stale: ${maxStale}
                ${trusted ? `trusted_proxies: ${JSON.stringify(trusted)}` : ""}
                ${cacheBytes ? `cache_bytes: ${cacheBytes}` : ""}
          `,
      }),
    },
  ];
  if (gate.edgeToken === undefined) return files;
  // What `zerohop bundle watch` asks by; the rest is the plugin's.
  const asking = { ...gate, options: { max_stale: maxStale }, dropsSessionSetCookie: false };
  const watched = gateConfiguration(asking, hostCluster);
  return [...files, { path: "zerohop-gate.json", text: `${JSON.stringify(watched, undefined, 2)}\n`, secret: true }];
}

interface StaticWay {
  readonly title: readonly string[];
  readonly aliases: string;
  readonly decider: string;
  readonly plugin: string;
  /** Whether the question goes by an entry point of Traefik's own. */
  readonly asksItself?: boolean;
  /** The provider that takes routers and services from containers' labels. */
  readonly docker?: string;
}

/**
 * Traefik adds the balancer to X-Forwarded-For, and passes all of it on to the host: one that did not take a balancer's word would take
 * the balancer for the visitor, of everybody.
 */
function refuseUnknownBalancers(front: Front): void {
  if (!believesForwarded(front) || front.unknownToHost.length === 0) return;
  throw usage(
    `Traefik passes on what the proxies in front of it say: server.trusted_proxies of the host must name them too, which are ${front.unknownToHost.join(", ")}`,
  );
}

function staticConfiguration(front: Front, { title, aliases, decider, plugin, asksItself, docker }: StaticWay): string {
  refuseUnknownBalancers(front);
  const { command, folder, listen, edge, internal } = front;
  const at = (port: number) => `"${authorityOf({ address: listen.address, port })}"`;
  const toHttps = listen.publicPort === listen.https ? "https" : `":${listen.publicPort}"`;
  return file`
    ${title}
    #
    # Written by
    #   ${command}
    entryPoints:
      ${
        listen.http !== undefined &&
        text`
          http:
            address: ${at(listen.http)}
            ${front.proxyProtocol ? peers(front) : ""}
            http: { redirections: { entryPoint: { to: ${toHttps}, scheme: https } } }
          `
      }
      https:
        address: ${at(listen.https)}
        ${peers(front)}
        ${aliases}
        ${transportOptions(decider)}
        ${front.trustedProxies.length === 0 ? "# Nobody's X-Forwarded-* is believed: that is the default, without forwardedHeaders." : ""}
      ${
        internal &&
        text`
          # Applications that only internal networks reach.
          internal:
            address: "${authorityOf(internal)}"
            ${believesForwarded(front) ? peers(front) : ""}
            ${transportOptions(decider)}
          `
      }
      ${
        asksItself &&
        text`
          # ForwardAuth asks one address, which is this one: Traefik leads the question on to whichever host answers, and checks its
          # certificate. What is said of the visitor here is what Traefik itself says.
          questions:
            address: "${authorityOf(ownAddress)}"
            forwardedHeaders: { trustedIPs: [${ownAddress.address}/32], notAppendXForwardedFor: true }
            http: { aliasHeadersStrategy: delete }
          `
      }
      ${
        edge &&
        text`
          # Gates on other machines get bundles and leases here, with an edge token, and nobody gets anything else. They say whom they ask
          # for: the host's server.trusted_proxies must name their machines too.
          edge:
            address: "${authorityOf(edge)}"
            # The visitor's address comes from the gates.
            # zerohop-lint: allow traefik-forwarded-insecure
            forwardedHeaders: { insecure: true }
            http: { aliasHeadersStrategy: delete }
          `
      }

    providers:
      file: { filename: ${folder}/dynamic.yml }
      ${docker ?? ""}

    ${plugin}

    log: { level: INFO }
    global: { checkNewVersion: false, sendAnonymousUsage: false }
    `;
}

/** Of an entry point of applications. */
function transportOptions(decider: string): string {
  return text`
    # An escaped slash, backslash and what else applications read in several ways (\`/projects/group%2Fname\`, \`/100%25\`) goes on as it
    # came: ${decider} decides about it in each reading. Traefik 3.7 would refuse it before anybody has decided.
    http:
      aliasHeadersStrategy: delete
      encodedCharacters:
        allowEncodedSlash: true
        allowEncodedBackSlash: true
        allowEncodedSemicolon: true
        allowEncodedPercent: true
        allowEncodedQuestionMark: true
        allowEncodedHash: true
    # A logout closes nothing here (docs/streams.md): an answer ends after a working day. Traefik has no such limit for WebSockets.
    # A body may take an hour to come: Traefik's own minute would cut long ones.
    transport: { respondingTimeouts: { readTimeout: 1h, writeTimeout: 12h } }
    `;
}

function peers({ trustedProxies, proxyProtocol }: Front): string {
  if (trustedProxies.length === 0) return "";
  return text`
    # The proxies in front of this one, who say who the visitor is. Nobody else is believed.
    ${proxyProtocol ? "proxyProtocol" : "forwardedHeaders"}:
      trustedIPs:
        ${trustedProxies.map((network) => `- "${network}"`)}
    `;
}

interface DynamicWay {
  readonly title: string;
  /** What a request to an application passes, in this order. */
  readonly middlewares: string;
  /** Whether upgrades are kept to WebSockets by a router of their own. */
  readonly webSockets: boolean;
  /** What \`strip\` takes away besides. */
  readonly strip: string;
  readonly zerohop: string;
}

/** Of what misleads: Traefik takes these away, or sets them anew, where it believes nobody in front. */
const setByTraefik: readonly string[] = [
  ...["X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Real-Ip"],
];

function dynamicConfiguration(front: Front, way: DynamicWay): string {
  const { command, applications, identityHeaders, host, portals } = front;
  const { chain, key } = certificateOf(front);
  const trusts = believesForwarded(front);
  const saysScheme = trusts && way.webSockets;
  const others = othersHeaders(identityHeaders);
  return file`
    ${way.title}
    # Written by
    #   ${command}
    tls:
      stores:
        default:
          defaultCertificate:
            certFile: ${chain}
            keyFile: ${key}
      options:
        default: { minVersion: VersionTLS12 }

    http:
      routers:
        ${portals.length > 0 ? portalRouters(front) : ""}
        ${namesInOrder(applications).map((names) => applicationRouters(names, way, saysScheme))}
        ${
          way.webSockets &&
          asksItself(front) &&
          text`
            questions:
              entryPoints: [questions]
              rule: Path(\`/api/authz/forward-auth\`)
              middlewares: [once-more]
              service: zerohop
            `
        }
        ${
          front.edge &&
          text`
            edge:
              entryPoints: [edge]
              rule: PathPrefix(\`/api/edge/\`)
              middlewares: [no-upgrade]
              service: zerohop
              tls: {}
            `
        }

      middlewares:
        # An empty value removes the header.${way.strip === "" ? "" : " ForwardAuth itself removes the authResponseHeaders, but not the other spellings that"}
        ${way.strip === "" ? "" : "# a backend may read as the same name. Case does not matter."}
        strip:
          headers:
            customRequestHeaders:
              ${way.strip}
              ${way.webSockets ? 'HTTP2-Settings: ""' : ""}
              # Some frameworks take host, path or client from these, behind the back of the rules.
              ${misleadingHeaders.filter((name) => trusts || !setByTraefik.includes(name)).map((name) => `${name}: ""`)}
              ${saysScheme ? 'X-Forwarded-Proto: ""' : ""}
              ${trusts && !way.webSockets ? ["# What is told of the way to those in front is not believed. Visitors come here by TLS, and the plugin takes nothing else.", "X-Forwarded-Proto: https"] : ""}
              # Other portals name their users in these.
              ${others.map((name) => `${name}: ""`)}
        # The host has no other protocol to change to.${way.webSockets ? "" : " For the applications the plugin itself lets pass no upgrade but to a WebSocket."}
        no-upgrade: { headers: { customRequestHeaders: { Upgrade: "" } } }
        ${saysScheme ? ["# What the proxies in front say of the way here is not believed, and Traefik says it anew.", "forwarded: { headers: { customRequestHeaders: { X-Forwarded-Proto: https } } }"] : []}
        ${
          way.webSockets &&
          text`
            # Whatever stands in further lines of the header does not pass.
            web-socket: { headers: { customRequestHeaders: { Upgrade: websocket } } }
            `
        }
        ${way.zerohop}
        ${
          way.webSockets && asksItself(front)
            ? ["# A host that has just gone away is passed over.", "once-more: { retry: { attempts: 3 } }"]
            : []
        }
        nobody:
          ipAllowList: { sourceRange: [192.0.2.0/32], rejectStatusCode: 404 }

      services:
        ${hostService(host)}
        ${applications.map(({ name, upstream: to }) => `${name}: { loadBalancer: { ${to.scheme === "https" ? `serversTransport: ${name}, ` : ""}servers: [{ url: "${to.scheme}://${authorityOf(to)}" }] } }`)}
      ${transports(front)}
    `;
}

function portalRouters({ portals }: Front): string {
  const hosts = hostRule(portals);
  const whole = portals.length > 1 ? `(${hosts})` : hosts;
  return text`
    portal:
      entryPoints: [https]
      rule: ${hosts}
      middlewares: [no-upgrade]
      service: zerohop
      tls: {}
    # For proxies and monitoring, never from outside.
    portal-internal:
      entryPoints: [https]
      rule: ${whole} && PathRegexp(\`^/(api/edge|api/authz|api/verify|metrics)(/|$)\`)
      priority: 1000
      middlewares: [nobody]
      service: zerohop
      tls: {}
    `;
}

/** Names as they are; of a wildcard one label and more. */
function hostRule(hosts: readonly string[]): string {
  return hosts
    .map((host) => {
      if (!host.startsWith("*.")) return `Host(\`${host}\`)`;
      return `HostRegexp(\`^.+\\.${literal(host.slice(2))}$\`)`;
    })
    .join(" || ");
}

/** The longest rule comes first if nothing else is said, which a wildcard's is: it has a lower priority than any name's that it covers. */
function priorityOf({ depth }: Names): number | undefined {
  return depth === undefined ? undefined : 2 * depth;
}

/** A wildcard's router has a name of its own. */
function routerName(name: string, { depth, hosts, application }: Names): string {
  if (depth === undefined) return name;
  const others = application.hosts.filter((host) => host.startsWith("*."));
  return [name, "any", ...(others.length > 1 ? [String(others.indexOf(hosts[0]!) + 1)] : [])].join("-");
}

function applicationRouters(names: Names, { webSockets, ...way }: DynamicWay, saysScheme: boolean): string {
  const { application, hosts } = names;
  const entryPoint = application.internal ? "internal" : "https";
  const middlewares = `${way.middlewares}${saysScheme ? ", forwarded" : ""}`;
  const rule = hostRule(hosts);
  const router = routerName(application.name, names);
  const priority = priorityOf(names);
  return text`
    ${router}:
      entryPoints: [${entryPoint}]
      rule: ${rule}
      ${priority === undefined ? "" : `priority: ${priority}`}
      # In this order: what clients may not send goes before the question.
      middlewares: [${middlewares}]
      service: ${application.name}
      tls: {}
    ${
      webSockets &&
      text`
        # Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application
        # undecided. What else a client asks for goes on as a plain request, by the router above.
        ${router}-web-sockets:
          entryPoints: [${entryPoint}]
          rule: >-
            ${hosts.length > 1 ? `(${rule})` : rule}
            && HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)
          ${priority === undefined ? "" : `priority: ${priority + 1}`}
          middlewares: [${middlewares.replace("no-upgrade", "web-socket")}]
          service: ${application.name}
          tls: {}
        `
    }
    `;
}

function identityAliases({ identityHeaders }: Front): string {
  const spellings = ["-", "_", "."].flatMap((character) =>
    [...remoteHeaders, ...identityHeaders].map((name) => `${name.replaceAll("-", character)}: ""`),
  );
  return [...new Set(spellings)].join("\n");
}

/** ForwardAuth knows one address, and no other name for its certificate than the one in there. */
function asksItself({ host: { servers, tls } }: Front): boolean {
  return servers.length > 1 || (tls !== undefined && tls.name !== servers[0]!.address);
}

function forwardAuth(front: Front): string {
  const { host, sessionCookie, identityHeaders } = front;
  const believes = believesForwarded(front);
  const itself = asksItself(front);
  return text`
    zerohop:
      forwardAuth:
        address: ${itself ? `http://${authorityOf(ownAddress)}` : hostUrls(host)[0]}/api/authz/forward-auth
        ${
          host.tls &&
          !itself &&
          text`
            # Traefik checks that the host's certificate is for the name in the address.
            tls: { ca: ${host.tls.authority} }
            `
        }
        ${
          believes
            ? "# What is left of X-Forwarded-* behind the middleware before is what the proxies in front say of the visitor's address."
            : "# The host gets the X-Forwarded-* of this Traefik, not those of the client."
        }
        trustForwardHeader: ${String(believes)}
        # Of the client's headers only those that count.
        authRequestHeaders:
          [${askedHeaders.join(", ")}]
        # Each is taken from the request and set as the answer has it. Of Authorization it has what is the application's; a
        # password of the portal stays here. Proxy-Authorization Traefik passes to nobody.
        authResponseHeaders: [${[...remoteHeaders, ...identityHeaders, "Authorization"].join(", ")}]
        # A new lease of the session, for the browser.
        addAuthCookiesToResponse: [${sessionCookie}]
    `;
}

function hostService(host: Front["host"]): string {
  const { servers, tls } = host;
  const urls = hostUrls(host)
    .map((url) => `{ url: "${url}" }`)
    .join(", ");
  const transport = tls ? "serversTransport: zerohop, " : "";
  const check = servers.length > 1 ? "healthCheck: { path: /api/health, interval: 2s, timeout: 1s }, " : "";
  return `zerohop: { loadBalancer: { ${transport}${check}servers: [${urls}] } }`;
}

/** How certificates of those behind Traefik are checked. */
function transports({ host, applications }: Front): string {
  const encrypted = [
    ...(host.tls ? [{ name: "zerohop", server: host.tls.name, authority: host.tls.authority }] : []),
    ...applications
      .filter(({ upstream }) => upstream.scheme === "https")
      .map(({ name, upstream }) => ({ name, server: upstream.address, authority: upstream.authority })),
  ];
  if (encrypted.length === 0) return "";
  return text`
    serversTransports:
      ${encrypted.map(({ name, server, authority }) => `${name}: { serverName: ${server}, rootCAs: [${authority}] }`)}
    `;
}
