// Of Kubernetes what runs without nodes: the API server, helm, and what configures proxies by its objects.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type GoModule, type GoProgram, isBuildWanted, locateGoProgram, moduleFolderOf } from "./go-program.ts";
import { type Needed, onPath } from "./on-path.ts";

const kubernetes: GoModule = { path: "k8s.io/kubernetes", version: "v1.36.1" };
const istio: GoModule = { path: "istio.io/istio", version: "v0.0.0-20260827124520-eed52ebb66ad" };
const envoyGateway: GoModule = { path: "github.com/envoyproxy/gateway", version: "v1.9.1" };
const prometheus: GoModule = {
  path: "github.com/prometheus-operator/prometheus-operator",
  version: "v0.85.0",
};

/** Kubernetes has these in a folder of its own, and publishes them as modules under the same number. */
const staging = [
  ...["api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go", "cloud-provider"],
  ...["cluster-bootstrap", "code-generator", "component-base", "component-helpers", "controller-manager", "cri-api"],
  ...["cri-client", "cri-streaming", "csi-translation-lib", "dynamic-resource-allocation", "endpointslice"],
  ...["externaljwt", "kms", "kube-aggregator", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl"],
  ...["kubelet", "metrics", "mount-utils", "pod-security-admission", "sample-apiserver", "sample-cli-plugin"],
  ...["sample-controller", "streaming"],
];
const version = "k8s.io/component-base/version";

export const programs = {
  helm: { name: "helm", module: { path: "helm.sh/helm/v4", version: "v4.3.1" }, package: "cmd/helm", minutes: 3 },
  apiServer: {
    ...{ name: "kube-apiserver", module: kubernetes, package: "cmd/kube-apiserver", minutes: 4 },
    replaced: staging.map((name) => ({ path: `k8s.io/${name}`, version: kubernetes.version.replace(/^v1/, "v0") })),
    // Charts and clients ask for it.
    variables: {
      [`${version}.gitVersion`]: kubernetes.version,
      [`${version}.gitMajor`]: "1",
      [`${version}.gitMinor`]: kubernetes.version.split(".")[1]!,
    },
  },
  istiod: { name: "pilot-discovery", module: istio, package: "pilot/cmd/pilot-discovery", minutes: 4 },
  imageFetcher: {
    ...{ name: "image-fetcher", module: istio, package: { file: join(import.meta.dirname, "image-fetcher.go") } },
    minutes: 2,
  },
  envoyGateway: { name: "envoy-gateway", module: envoyGateway, package: "cmd/envoy-gateway", minutes: 4 },
} satisfies Readonly<Record<string, GoProgram>>;

/** A program, where it has been built or is to be. */
export async function kubernetesProgram(key: keyof typeof programs): Promise<Needed> {
  const path = await locateGoProgram(programs[key], console.error).catch(
    (error: Error) => void console.error(error.message),
  );
  return { name: programs[key].name, path, isOptional: !isBuildWanted };
}

export const etcd: Needed = { ...onPath("etcd"), isOptional: !isBuildWanted };

/** Several programs as one: what is there if all are, else the one that is missing. */
export function together(programs: Readonly<Record<string, Needed>>): Needed {
  const all = Object.values(programs);
  return all.find(({ path }) => path === undefined) ?? { ...all[0]!, name: all.map(({ name }) => name).join(", ") };
}

/** The files by which these projects publish their custom resources. */
export async function customResources() {
  const [ofIstio, ofEnvoyGateway, ofPrometheus] = await Promise.all(
    [istio, envoyGateway, prometheus].map(moduleFolderOf),
  );
  const ofGateways = `${ofEnvoyGateway}/charts/gateway-helm/charts/crds/crds`;
  return {
    istio: [`${ofIstio}/manifests/charts/base/files/crd-all.gen.yaml`],
    gatewayApi: [`${ofGateways}/gatewayapi-crds.yaml`],
    envoyGateway: readdirSync(`${ofGateways}/generated`).map((file) => `${ofGateways}/generated/${file}`),
    prometheus: [`${ofPrometheus}/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml`],
  };
}
