// Envoy: the gate is there, and stays in.
import { chosenFor } from "../../portal-name.ts";
import { type Rule, wherever } from "../../rule.ts";
import { type EnvoyConfig, typeOf } from "../config.ts";
import {
  actingTypes,
  cacheTypes,
  filterOverrides,
  filtersBeforeGate,
  hasGate,
  isExtAuthzFor,
  isGateName,
  leadsToPortalOnly,
  ofGates,
  switchesOff,
} from "../queries.ts";

export const presenceRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-gate-missing",
    severity: "error",
    check(config, report) {
      const gated = config.managers.filter(hasGate);
      const behindGate = new Set(
        gated.flatMap(({ routes }) => routes?.routes.flatMap(({ clusters }) => clusters) ?? []),
      );
      for (const manager of config.managers.filter((manager) => manager.forwards && !hasGate(manager))) {
        const clusters = new Set(manager.routes?.routes.flatMap((route) => route.clusters) ?? []);
        const shared = [...clusters].filter((cluster) => behindGate.has(cluster));
        const filters = manager.entry.get("http_filters");
        const reach =
          shared.length > 0 ? `reaches ${shared.join(", ")} past the gate that others have` : "forwards requests";
        report(
          filters.place(),
          `this connection manager has no gate among its http_filters and ${reach}: add the gate before the router`,
        );
      }
    },
  },
  {
    id: "envoy-portal-host",
    severity: "error",
    check({ managers, portalClusters, site }, report) {
      for (const manager of managers.filter(hasGate)) {
        const routes = (portalClusters.size > 0 && manager.routes?.routes) || [];
        const virtualHosts = [...new Set(routes.map(({ virtualHost }) => virtualHost))];
        for (const host of site.portalHosts) {
          const chosen = chosenFor(host, virtualHosts, (one) => one.get("domains").texts().map(portless));
          for (const { entry, virtualHost, clusters } of routes)
            if (virtualHost === chosen && clusters.some((name) => !portalClusters.has(name)))
              report(
                entry.place(),
                `this route gets requests for ${host}, which are the portal's and decided by nobody: give the portal a virtual host of its own, whose routes lead to the host`,
              );
        }
      }
    },
  },
  {
    id: "envoy-filter-disabled",
    severity: "error",
    check(config, report) {
      for (const disabled of ofGates(config, "disabled"))
        if (disabled.isTrue)
          report(disabled.place(), "the gate is switched off unless a route switches it on: remove disabled");
      for (const override of filterOverrides(config)) {
        if (!isGateName(config, override.key) || !switchesOff(override)) continue;
        if (isExtAuthzFor(config, override.key) && leadsToPortalOnly(config, override)) continue;
        report(
          override.place(),
          `the filter ${override.key} is switched off here, so requests pass undecided: remove this, and write a bypass rule into the policy instead`,
        );
      }
    },
  },
  {
    id: "envoy-filter-optional",
    severity: "error",
    check: wherever(
      (config) => ofGates(config, "is_optional").filter(({ isTrue }) => isTrue),
      "an Envoy that cannot load the gate leaves it out and lets everybody in: remove is_optional",
    ),
  },
  {
    id: "envoy-filter-matcher",
    severity: "error",
    check: wherever(
      (config) => ofGates(config, "typed_config").filter((one) => typeOf(one) === "ExtensionWithMatcher"),
      "a matcher decides which requests the gate sees: use the gate without one, and write bypass rules into the policy",
    ),
  },
  {
    id: "envoy-filter-discovery",
    severity: "error",
    check: wherever(
      (config) =>
        ofGates(config, "config_discovery", "default_config").filter(
          (meanwhile) => meanwhile.exists && !["Wasm", "ExtAuthz"].includes(typeOf(meanwhile)),
        ),
      "until the control plane has sent the gate, and whenever it does not, this stands in its place and lets everybody in: remove default_config, so that Envoy answers 500 instead",
    ),
  },
  {
    id: "envoy-filter-order",
    severity: "error",
    check(config, report) {
      for (const { filters } of config.managers) {
        const router = filters.findIndex(({ type }) => type === "Router" || type === "router");
        for (const [index, { gate, entry }] of filters.entries())
          if (gate && router >= 0 && index > router)
            report(
              entry.place(),
              "the gate comes after the router, which never hands on a request: move it to the front",
            );
      }
    },
  },
  {
    id: "envoy-cache-before-gate",
    severity: "error",
    check: wherever(
      (config) => filtersBeforeGate(config).flatMap(({ type, entry }) => (cacheTypes.has(type) ? entry : [])),
      "a cache before the gate serves to anybody what one user was allowed to see: move it behind the gate",
    ),
  },
  {
    id: "envoy-filter-before-gate",
    severity: "warning",
    check(config, report) {
      for (const { entry, name, type } of filtersBeforeGate(config).filter(({ type }) => actingTypes.has(type)))
        report(
          entry.place(),
          `${name || type} acts on requests that nobody has decided about, identity headers of the client included: move it behind the gate`,
        );
    },
  },
  {
    id: "envoy-tcp-proxy",
    severity: "error",
    check(config, report) {
      const gated = new Set(
        config.managers
          .filter(hasGate)
          .flatMap(({ routes }) => routes?.routes.flatMap(({ clusters }) => clusters) ?? []),
      );
      for (const { entry, clusters } of config.tcpProxies)
        for (const cluster of clusters.filter((name) => gated.has(name)))
          report(
            entry.place(),
            `this TCP proxy reaches ${cluster}, which others reach through the gate only: remove it, or route it through the gate`,
          );
    },
  },
];

function portless(domain: string): string {
  return domain.replace(/:\d+$/, "");
}
