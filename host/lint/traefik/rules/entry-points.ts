// Traefik's entry points, and what else its static configuration says.
import { isEveryAddress, networksOutside } from "../../address.ts";
import { whereTrue } from "../../entry.ts";
import { type Rule, wherever } from "../../rule.ts";
import { unknownProxies } from "../../site.ts";
import { isRedirect, type TraefikConfig } from "../config.ts";
import { forwardAuths, isLocal, isTls, plugins } from "../queries.ts";

export const entryPointRules: readonly Rule<TraefikConfig>[] = [
  {
    id: "traefik-file-missing",
    severity: "unknown",
    check: wherever(
      ({ missingFiles }) => missingFiles,
      ({ text }) =>
        `${text} is not on this machine, so nothing is known about the routers: run zerohop lint where it is`,
    ),
  },
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
    id: "traefik-unknown-proxies",
    severity: "warning",
    check(config, report) {
      const known = config.site.trustedProxies;
      if (!known) return;
      for (const point of config.entryPoints.values()) {
        const trusted = point.get("forwardedHeaders", "trustedIPs");
        const unknown = networksOutside(trusted.texts(), known.host);
        if (unknown.length > 0 && forwardAuths(config).length > 0)
          report(
            trusted.place(),
            `the host does not know ${unknown.join(", ")} as proxies, so whoever comes through them has their address, and rules with networks see that: name them in server.trusted_proxies too`,
          );
      }
      for (const plugin of plugins(config).filter((plugin) => plugin.get("root_keys").written)) {
        const trusted = plugin.get("trusted_proxies");
        const unknown = networksOutside(known.gate, trusted.texts());
        if (unknown.length > 0) report(trusted.place(), unknownProxies(unknown));
      }
    },
  },
  {
    id: "traefik-sanitize-path",
    severity: "error",
    check: wherever(
      ({ entryPoints }) =>
        [...entryPoints.values()].map((point) => point.get("http", "sanitizePath")).filter(({ isFalse }) => isFalse),
      "paths like /public/../admin reach routers and backends as they are sent: remove sanitizePath: false",
    ),
  },
  {
    id: "traefik-encoded-characters",
    severity: "warning",
    check: wherever(
      ({ entryPoints }) =>
        [...entryPoints.values()]
          .flatMap((point) => point.get("http", "encodedCharacters").entries())
          .filter(({ key, isTrue }) => isTrue && /^allowEncodedNullCharacter$/i.test(key)),
      "%00 ends a path for some backends, and for no router: set this to false",
    ),
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
    id: "traefik-backend-skip-verify",
    severity: "warning",
    check: wherever(
      ({ roots }) =>
        whereTrue(
          roots.flatMap((root) => [root.get("serversTransport"), ...root.get("http", "serversTransports").entries()]),
          "insecureSkipVerify",
        ),
      "whoever answers in a backend's place, or the portal's, gets what is sent there: remove insecureSkipVerify, and name the CA in rootCAs",
    ),
  },
  {
    id: "traefik-api-insecure",
    severity: "error",
    check({ roots }, report) {
      for (const insecure of whereTrue(roots, "api", "insecure"))
        report(
          insecure.place(),
          "everybody can read the configuration on port 8080: remove it, and give api@internal a router with the gate",
        );
      for (const insecure of whereTrue(roots, "providers", "rest", "insecure"))
        report(insecure.place(), "everybody can change routers and middlewares on port 8080: remove it");
    },
  },
];
