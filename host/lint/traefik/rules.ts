// What in a Traefik configuration opens a way around the gate, be it forwardAuth or the plugin. docs/lint.md has a
// paragraph about each rule.
import { isEveryAddress, isLoopback, isOpenToTheNetwork } from "../address.ts";
import type { Entry } from "../entry.ts";
import { identityHeaders, type Rule } from "../rule.ts";
import { authoritiesOf, bareName, type Router, type TraefikConfig } from "./config.ts";

type TraefikRule = Rule<TraefikConfig>;

/** Middlewares that change the path. */
const rewriting = new Set(["stripprefix", "stripprefixregex", "replacepath", "replacepathregex", "addprefix"]);

export const traefikRules: readonly TraefikRule[] = [
  // The gate is there, and stays in.
  {
    id: "traefik-gate-missing",
    severity: "error",
    check(config, report) {
      for (const router of config.routers) {
        if (isGated(router) || leadsToHost(config, router) || redirects(router)) continue;
        if (/^(noop|ping|acme-http)@internal$/.test(router.service)) continue;
        report(
          router.entry.get("middlewares").place(),
          `the router ${router.entry.key} passes requests on undecided: add the gate to its middlewares`,
        );
      }
    },
  },
  {
    id: "traefik-tcp-router",
    severity: "error",
    check(config, report) {
      const gated = new Set(config.routers.filter(isGated).flatMap(({ authorities }) => authorities.map(portless)));
      for (const router of config.tcpRouters) {
        const service = router.get("service");
        const shared = authoritiesOf(config.tcpServices.get(bareName(service.text ?? ""))).find((authority) =>
          gated.has(portless(authority)),
        );
        if (shared !== undefined)
          report(
            service.place(),
            `the TCP router ${router.key} reaches ${shared}, which others reach through the gate only: remove it`,
          );
      }
    },
  },
  {
    id: "traefik-exposed-by-default",
    severity: "warning",
    check(config, report) {
      const everywhere = [...config.entryPoints.values()].some(
        (point) => point.get("http", "middlewares").list().length > 0,
      );
      for (const root of config.roots)
        for (const name of ["docker", "swarm", "consulCatalog", "ecs", "nomad"]) {
          const provider = root.get("providers", name);
          if (provider.written && !everywhere && !provider.get("exposedByDefault").isFalse)
            report(
              provider.place(),
              "every container gets a router without the gate unless it says otherwise: set exposedByDefault: false, or give the entry point the gate",
            );
        }
    },
  },
  {
    id: "traefik-plugin-missing",
    severity: "error",
    check(config, report) {
      if (config.entryPoints.size === 0) return;
      const known = config.roots.flatMap((root) => [
        ...root.get("experimental", "localPlugins").entries(),
        ...root.get("experimental", "plugins").entries(),
      ]);
      for (const plugin of plugins(config))
        if (!known.some(({ key }) => key.toLowerCase() === plugin.key.toLowerCase()))
          report(
            plugin.place(),
            `no plugin ${plugin.key} is loaded, so its routers do not exist: add it to experimental.localPlugins`,
          );
    },
  },
  {
    id: "traefik-path-before-gate",
    severity: "warning",
    check(config, report) {
      for (const { entry, middlewares } of config.routers) {
        const gate = middlewares.findIndex(({ isGate }) => isGate);
        const before = middlewares.slice(0, Math.max(gate, 0)).find(({ kind }) => rewriting.has(kind));
        if (before)
          report(
            entry.get("middlewares").place(),
            `${before.name} changes the path before the gate sees it, so rules and the way back from the portal miss: move it behind the gate`,
          );
      }
    },
  },

  // forwardAuth.
  {
    id: "traefik-identity-headers",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const listed = auth
          .get("authResponseHeaders")
          .texts()
          .flatMap((text) => text.split(","))
          .map((name) => name.trim().toLowerCase());
        const pattern = patternOf(auth.get("authResponseHeadersRegex").text);
        const missing = identityHeaders.filter((name) => !listed.includes(name.toLowerCase()) && !pattern?.test(name));
        if (missing.length > 0)
          report(
            auth.get("authResponseHeaders").place(),
            `a client's own ${missing.join(", ")} reaches the backend: list all of ${identityHeaders.join(", ")}`,
          );
      }
    },
  },
  {
    id: "traefik-header-aliases",
    severity: "error",
    check(config, report) {
      if (config.middlewares.size > 0 && forwardAuths(config).length === 0) return;
      for (const point of servingPoints(config)) {
        const http = point.get("http");
        const strategy = http.get("aliasHeadersStrategy");
        if (!isStrict(strategy) && !isStrict(http.get("underscoreHeadersStrategy")))
          report(
            strategy.place(),
            `CGI, PHP and WSGI backends read a client's Remote_User or Remote.User as Remote-User: set http.aliasHeadersStrategy: delete on the entry point ${point.key}`,
          );
      }
    },
  },
  {
    id: "traefik-underscores-only",
    severity: "warning",
    check(config, report) {
      for (const point of servingPoints(config)) {
        const old = point.get("http", "underscoreHeadersStrategy");
        if (isStrict(old) && !isStrict(point.get("http", "aliasHeadersStrategy")))
          report(
            old.place(),
            "Remote.User still passes, which PHP reads as Remote-User: use aliasHeadersStrategy (Traefik 3.7.12 and newer)",
          );
      }
    },
  },
  {
    id: "traefik-trust-forward-header",
    severity: "warning",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const trust = auth.get("trustForwardHeader");
        // True is right where entry points are known to believe no client.
        const safe =
          config.entryPoints.size > 0 && [...config.entryPoints.values()].every((point) => !believesClients(point));
        if (trust.isFalse || (trust.isTrue && safe)) continue;
        report(
          trust.place(),
          trust.isTrue
            ? "the target and the address are what X-Forwarded-* says, also from clients if the entry point lets it pass: set trustForwardHeader: false"
            : "without it Traefik drops some X-Forwarded-* of clients and keeps others: set trustForwardHeader: false",
        );
      }
    },
  },
  {
    id: "traefik-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const address = auth.get("address");
        if (isOpenToTheNetwork(address.text ?? ""))
          report(
            address.place("value"),
            `sessions and answers go to ${address.text} unencrypted: use https://, or a host on this machine`,
          );
      }
    },
  },
  {
    id: "traefik-tls-skip-verify",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const skip = auth.get("tls", "insecureSkipVerify");
        if (skip.isTrue)
          report(
            skip.place(),
            "whoever answers in the host's place decides: remove insecureSkipVerify, and name its CA in tls.ca",
          );
      }
    },
  },
  {
    id: "traefik-set-identity",
    severity: "error",
    check({ middlewares }, report) {
      for (const middleware of middlewares.values())
        for (const header of middleware.get("headers", "customRequestHeaders").entries())
          if (identityHeaders.some((name) => name.toLowerCase() === header.key.toLowerCase()) && header.text)
            report(header.place(), `${header.key} is set to the same value for everybody: remove it`);
    },
  },

  // Entry points.
  {
    id: "traefik-forwarded-insecure",
    severity: "error",
    check(config, report) {
      for (const point of config.entryPoints.values())
        for (const name of ["forwardedHeaders", "proxyProtocol"]) {
          const section = point.get(name);
          const everybody = section
            .get("trustedIPs")
            .list()
            .find(({ text }) => isEveryAddress(text ?? ""));
          const open = section.get("insecure").isTrue ? section.get("insecure") : everybody;
          if (open)
            report(
              open.place(),
              `every client can say what its address is (${name}), so rules with networks can be met by anybody: name your proxies in trustedIPs`,
            );
        }
    },
  },
  {
    id: "traefik-sanitize-path",
    severity: "error",
    check(config, report) {
      for (const point of config.entryPoints.values()) {
        const option = point.get("http", "sanitizePath");
        if (option.isFalse)
          report(
            option.place(),
            "paths like /public/../admin reach routers and backends as they are sent: remove sanitizePath: false",
          );
      }
    },
  },
  {
    id: "traefik-encoded-characters",
    severity: "warning",
    check(config, report) {
      for (const point of config.entryPoints.values())
        for (const option of point.get("http", "encodedCharacters").entries())
          if (/^allowEncoded(Slash|BackSlash|NullCharacter)$/i.test(option.key) && option.isTrue)
            report(
              option.place(),
              "%2F, %5C and %00 mean one thing to routers and another to some backends: set this to false",
            );
    },
  },
  {
    id: "traefik-plain-http",
    severity: "warning",
    check(config, report) {
      for (const { entry, entryPoints, middlewares } of config.routers) {
        if (entry.get("tls").written || middlewares.some(({ kind }) => kind === "redirectscheme")) continue;
        const plain = entryPoints.find((point) => !isTls(point) && !isRedirect(point) && !isLocal(point));
        if (plain)
          report(
            entry.place(),
            `the router ${entry.key} passes on requests that came without TLS (entry point ${plain.key}): add tls: {}, and a redirection to the entry point`,
          );
      }
    },
  },
  {
    id: "traefik-api-insecure",
    severity: "error",
    check({ roots }, report) {
      for (const root of roots) {
        const insecure = root.get("api", "insecure");
        if (insecure.isTrue)
          report(
            insecure.place(),
            "everybody can read the configuration on port 8080: remove it, and give api@internal a router with the gate",
          );
      }
    },
  },
];

function isGated({ middlewares }: Router): boolean {
  return middlewares.some(({ isGate }) => isGate);
}

/** Whether a router serves the host's own pages. */
function leadsToHost({ portals }: TraefikConfig, { authorities }: Router): boolean {
  return authorities.length > 0 && authorities.every((authority) => portals.has(authority));
}

/** Whether a router only says where HTTPS is. */
function redirects({ entry, entryPoints, middlewares }: Router): boolean {
  if (!entry.get("tls").written && middlewares.some(({ kind }) => kind === "redirectscheme")) return true;
  return entryPoints.length > 0 && entryPoints.every(isRedirect);
}

function forwardAuths({ middlewares }: TraefikConfig): Entry[] {
  return [...middlewares.values()].map((entry) => entry.get("forwardAuth")).filter(({ written }) => written);
}

function plugins({ middlewares }: TraefikConfig): Entry[] {
  return [...middlewares.values()].flatMap((entry) => entry.get("plugin").entries());
}

/** Entry points that hand requests to routers. */
function servingPoints({ entryPoints }: TraefikConfig): Entry[] {
  return [...entryPoints.values()].filter(
    (point) => !isRedirect(point) && !/\/udp$/i.test(point.get("address").text ?? ""),
  );
}

function isRedirect(point: Entry): boolean {
  return point.get("http", "redirections", "entryPoint").exists;
}

function isTls(point: Entry): boolean {
  return point.get("http", "tls").written;
}

function isLocal(point: Entry): boolean {
  return isLoopback((point.get("address").text ?? "").replace(/:\d+(\/\w+)?$/, ""));
}

function isStrict(strategy: Entry): boolean {
  return /^(delete|reject)$/i.test(strategy.text ?? "");
}

function believesClients(point: Entry): boolean {
  const forwarded = point.get("forwardedHeaders");
  return forwarded.get("insecure").isTrue || forwarded.get("trustedIPs").texts().some(isEveryAddress);
}

function patternOf(source: string | undefined): RegExp | undefined {
  try {
    return source === undefined ? undefined : new RegExp(source, "i");
  } catch {
    return undefined;
  }
}

function portless(authority: string): string {
  return authority.replace(/:\d+$/, "");
}
