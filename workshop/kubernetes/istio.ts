// Istio without nodes: istiod, which reads a cluster's objects, and a plain Envoy as its ingress gateway.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { startEnvoy } from "../proxies/envoy.ts";
import { until } from "../waiting.ts";
import type { Cluster } from "./cluster.ts";

/** What a plain Envoy lacks of Istio's own, and what it would wait for in vain. */
const environment = {
  ...{ POD_NAME: "istiod", POD_NAMESPACE: "istio-system", PILOT_ENABLE_METADATA_EXCHANGE: "false" },
  PILOT_ENABLE_ALPN_FILTER: "false",
};

export interface Istiod {
  readonly program: Program;
  /** Where gateways ask for their configuration. */
  readonly port: number;
}

/** Starts istiod on a cluster, whose gateways stand behind a load balancer that ends TLS. */
export async function startIstiod(binary: string, cluster: Cluster): Promise<Istiod> {
  const [port, http, monitoring] = [await freePort(), await freePort(), await freePort()];
  const mesh = join(cluster.folder, "mesh.yaml");
  const topology = { gatewayTopology: { numTrustedProxies: 1 } };
  writeFileSync(mesh, stringify({ enableAutoMtls: false, defaultConfig: topology }));
  const args = [
    ...["discovery", "--kubeconfig", cluster.kubeconfig, "--meshConfig", mesh, "--ctrlz_port", "0"],
    ...[
      "--grpcAddr",
      `127.0.0.1:${port}`,
      "--httpAddr",
      `127.0.0.1:${http}`,
      "--secureGRPCAddr",
      "",
      "--httpsAddr",
      "",
    ],
    ...["--monitoringAddr", `127.0.0.1:${monitoring}`],
  ];
  const program = startProgram("istiod", binary, args, join(cluster.folder, "istiod.log"), cluster.folder, environment);
  await until(async () => (await fetch(`http://127.0.0.1:${http}/ready`)).ok, {
    running: [program],
    patience: 120_000,
  });
  return { program, port };
}

/** Starts an Envoy as a pod of the gateway that has these labels, with these variables in its environment. */
export function startGateway(
  binary: string,
  istiod: Istiod,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Program {
  const source = { ads: {}, resource_api_version: "V3" };
  const name = "gateway.istio-ingress";
  const config = {
    node: {
      ...{ id: `router~127.0.0.1~${name}~istio-ingress.svc.cluster.local`, cluster: name },
      metadata: { NAMESPACE: "istio-ingress", LABELS: { istio: "ingressgateway" }, CLUSTER_ID: "Kubernetes" },
    },
    dynamic_resources: {
      ...{ lds_config: source, cds_config: source },
      ads_config: {
        ...{ api_type: "GRPC", transport_api_version: "V3" },
        grpc_services: [{ envoy_grpc: { cluster_name: "istiod" } }],
      },
    },
    static_resources: {
      clusters: [
        {
          ...{ name: "istiod", type: "STATIC", connect_timeout: "5s", http2_protocol_options: {} },
          load_assignment: { cluster_name: "istiod", endpoints: [{ lb_endpoints: [endpointAt(istiod.port)] }] },
        },
      ],
    },
  };
  return startEnvoy(binary, stringify(config), folder, ["--concurrency", "2"], environment);
}

function endpointAt(port: number) {
  return { endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } };
}
