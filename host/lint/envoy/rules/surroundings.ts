// What surrounds the gate: the connection to the Zerohop host, and Envoy's other listeners and routes.
import { isContainerName, isLoopback } from "../../address.ts";
import { internalPaths } from "../../attack/request.ts";
import { type Entry, whereTrue, within } from "../../entry.ts";
import type { Rule } from "../../rule.ts";
import { type EnvoyConfig, socketAddress, typeOf } from "../config.ts";
import { allRoutes, forwarding, servesPath } from "../queries.ts";

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
        for (const entry of within(cluster.get("load_assignment"))) {
          const address = socketAddress(entry.get("address"));
          if (address !== undefined && !isLoopback(address) && !isContainerName(address))
            report(
              entry.get("address").place(),
              `passwords, sessions and the edge token go to ${address} unencrypted: add a transport_socket with TLS to the cluster ${name}`,
            );
        }
      }
    },
  },
  {
    id: "envoy-portal-tls-verify",
    severity: "error",
    check(config, report) {
      for (const name of config.portalClusters) {
        const cluster = config.clusters.get(name);
        if (!cluster || isOnThisMachine(cluster)) continue;
        for (const entry of within(cluster).filter((one) => typeOf(one) === "UpstreamTlsContext")) {
          const problem = unverified(entry, cluster);
          if (problem !== undefined)
            report(
              entry.place(),
              `whoever answers in the host's place gets passwords and the edge token, and decides: ${problem}`,
            );
        }
      }
    },
  },
  {
    id: "envoy-edge-api",
    severity: "warning",
    check(config, report) {
      for (const { entry, virtualHost, clusters } of allRoutes(config)) {
        if (!clusters.some((name) => config.portalClusters.has(name))) continue;
        const earlier = virtualHost
          .get("routes")
          .list()
          .slice(0, Number(entry.path.at(-1)));
        const open = endpoints.filter(
          (path) =>
            servesPath(entry, path) && !earlier.some((route) => !route.get("route").exists && servesPath(route, path)),
        );
        if (open.length > 0)
          report(
            entry.place(),
            `${open.join(", ")} of the host, for gates, proxies and monitoring, is open to everybody: answer it before with direct_response: { status: 404 }`,
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
      const admin = config.root.get("admin", "address");
      const address = socketAddress(admin);
      if (address !== undefined && !isLoopback(address))
        report(
          admin.place(),
          "whoever reaches the admin interface can read the configuration, edge token included, and stop Envoy: bind it to 127.0.0.1 or a pipe",
        );
    },
  },
];

/** Paths of the Zerohop host that no visitor may reach. */
const endpoints = internalPaths.filter((path) => !path.includes("%"));

function isOnThisMachine(cluster: Entry): boolean {
  const addresses = within(cluster.get("load_assignment")).flatMap(
    (entry) => socketAddress(entry.get("address")) ?? [],
  );
  return addresses.length > 0 && addresses.every(isLoopback);
}

/** What a TLS context lacks to authenticate the Zerohop host; undefined when the file shows nothing missing. */
function unverified(tls: Entry, cluster: Entry): string | undefined {
  const shared = tls.get("common_tls_context");
  const combined = shared.get("combined_validation_context");
  const own = combined.exists ? combined.get("default_validation_context") : shared.get("validation_context");
  const isElsewhere =
    shared.get("validation_context_sds_secret_config").exists ||
    combined.get("validation_context_sds_secret_config").exists ||
    own.get("custom_validator_config").exists;
  if (
    own.get("trust_chain_verification").text === "ACCEPT_UNTRUSTED" ||
    own.get("trust_chain_verification").text === "1"
  )
    return "remove trust_chain_verification: ACCEPT_UNTRUSTED";
  if (isElsewhere) return undefined;
  const isPinned = ["verify_certificate_hash", "verify_certificate_spki"].some((key) => own.get(key).list().length > 0);
  const authorities = ["trusted_ca", "ca_certificate_provider_instance", "system_root_certs"];
  if (!isPinned && !authorities.some((key) => own.get(key).exists))
    return "Envoy verifies no certificate unless validation_context has a trusted_ca";
  const names = ["match_typed_subject_alt_names", "match_subject_alt_names", "verify_subject_alt_name"];
  const isNamed =
    isPinned ||
    names.some((key) => own.get(key).list().length > 0) ||
    tls.get("auto_sni_san_validation").isTrue ||
    whereTrue(within(cluster.get("typed_extension_protocol_options")), "auto_san_validation").length > 0;
  return isNamed ? undefined : "a certificate of that CA for any name is taken: add match_typed_subject_alt_names";
}
