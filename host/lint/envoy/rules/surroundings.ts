// Around the gate: the host's own connection, and Envoy's doors.
import { isLoopback } from "../../address.ts";
import { visit } from "../../entry.ts";
import type { Rule } from "../../rule.ts";
import { type EnvoyConfig, socketHost } from "../config.ts";
import { allRoutes, coversEdgeApi, forwarding, matchesEdgeApi } from "../queries.ts";

export const surroundingRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const name of config.portalClusters) {
        const cluster = config.clusters.get(name);
        if (
          !cluster ||
          cluster.get("transport_socket").exists ||
          cluster.get("transport_socket_matches").list().length > 0
        )
          continue;
        visit(cluster.get("load_assignment"), (entry) => {
          const host = socketHost(entry.get("address"));
          if (host !== undefined && !isLoopback(host))
            report(
              entry.get("address").place(),
              `passwords, sessions and the edge token go to ${host} unencrypted: add a transport_socket with TLS to the cluster ${name}`,
            );
        });
      }
    },
  },
  {
    id: "envoy-edge-api",
    severity: "warning",
    check(config, report) {
      for (const { entry, virtualHost, clusters } of allRoutes(config)) {
        if (!clusters.some((name) => config.portalClusters.has(name)) || !coversEdgeApi(entry)) continue;
        const earlier = virtualHost
          .get("routes")
          .list()
          .slice(0, Number(entry.path.at(-1)));
        if (!earlier.some((route) => !route.get("route").exists && matchesEdgeApi(route)))
          report(
            entry.place(),
            "the host's /api/edge is for gates only, and this route shows it to everybody: answer it before with direct_response: { status: 404 }",
          );
      }
    },
  },
  {
    id: "envoy-plain-http",
    severity: "warning",
    check(config, report) {
      for (const { entry, tls, address } of forwarding(config))
        if (tls === false && !isLoopback(address ?? ""))
          report(
            entry.place(),
            "this listener forwards requests that came without TLS: add a transport_socket, or let it redirect to HTTPS",
          );
    },
  },
  {
    id: "envoy-admin",
    severity: "error",
    check(config, report) {
      const address = config.root.get("admin", "address");
      const host = socketHost(address);
      if (host !== undefined && !isLoopback(host))
        report(
          address.place(),
          "whoever reaches the admin interface can read the configuration, edge token included, and stop Envoy: bind it to 127.0.0.1 or a pipe",
        );
    },
  },
];
