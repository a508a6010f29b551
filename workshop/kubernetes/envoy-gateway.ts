// Envoy Gateway without nodes: its control plane on a cluster, and the Envoy that it would have the cluster run for a Gateway.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Program } from "../processes/program.ts";
import { until } from "../waiting.ts";
import type { Cluster } from "./cluster.ts";
import { startRooted } from "./rooted-container.ts";

const namespace = "envoy-gateway-system";
const host = `envoy-gateway.${namespace}.svc.cluster.local`;
/** With a dot at its end, as Envoy is told it, it is another name in a hosts file. */
const hosts = [host, `${host}.`];

const configuration = {
  ...{ apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "EnvoyGateway" },
  gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
  // Beside the proxy on one machine: these ports would be the proxy's as well.
  admin: { address: { host: "127.0.0.1", port: 19_100 } },
  telemetry: { metrics: { prometheus: { disable: true } } },
  provider: {
    type: "Kubernetes",
    kubernetes: { leaderElection: { disable: true }, proxyTopologyInjector: { disabled: true } },
  },
};

/** Starts the control plane, whose certificates are made by itself and kept in the cluster. */
export async function startEnvoyGateway(binary: string, cluster: Cluster): Promise<Program> {
  const environment = { KUBECONFIG: cluster.kubeconfig, ENVOY_GATEWAY_NAMESPACE: namespace };
  await cluster.createNamespaces(namespace);
  execFileSync(binary, ["certgen", "--disable-topology-injector"], {
    env: { ...process.env, ...environment },
    stdio: "pipe",
  });
  await cluster.apply({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "envoy-gateway-config" } },
    data: { "envoy-gateway.yaml": stringify(configuration) },
  });
  const folder = join(cluster.folder, "envoy-gateway");
  mkdirSync(folder);
  const pod = {
    containers: [
      {
        ...{ name: "envoy-gateway", args: ["server", "--config-path=/config/envoy-gateway.yaml"] },
        volumeMounts: [
          { name: "config", mountPath: "/config" },
          { name: "certificates", mountPath: "/certs" },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: "envoy-gateway-config" } },
      { name: "certificates", secret: { secretName: "envoy-gateway" } },
    ],
  };
  return startRooted(cluster, folder, { namespace, pod, name: "envoy-gateway", program: binary, environment, hosts });
}

/** Starts the Envoy of the Deployment that the control plane has made for a Gateway. */
export async function startProxyOf(
  binary: string,
  cluster: Cluster,
  gateway: string,
  folder: string,
): Promise<Program> {
  const pod = await until(
    async () => {
      const all = await cluster.list("apps/v1", "Deployment", namespace);
      const label = "gateway.envoyproxy.io/owning-gateway-name";
      return all.find(({ metadata }) => metadata.labels?.[label] === gateway)?.spec.template.spec;
    },
    { patience: 60_000 },
  );
  mkdirSync(folder, { recursive: true });
  const args = ["--disable-hot-restart"];
  return startRooted(cluster, folder, { namespace, pod, name: "envoy", program: binary, args, hosts });
}
