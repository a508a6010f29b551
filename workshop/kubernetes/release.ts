// The chart, installed by helm in a cluster without nodes, and its pod as a process of this machine: with the arguments, the environment and
// the volumes that the objects in the cluster give it.

import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { fromCheckout, hostListens, zerohop } from "../host/program.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import type { Cluster } from "./cluster.ts";
import { chart } from "./helm.ts";
import type { KubernetesObject } from "./objects.ts";
import { type Container, layOut } from "./pod.ts";

const namespace = "zerohop";

export class Release {
  readonly #cluster: Cluster;
  readonly #variant: string;
  /** Where the host listens, by the chart's Service as well. */
  readonly port: number;
  #pod: Container | undefined;

  private constructor(cluster: Cluster, variant: string, port: number) {
    this.#cluster = cluster;
    this.#variant = variant;
    this.port = port;
  }

  /** A release of one of the chart's variants with SQLite, which `helm` installs. */
  static async of(cluster: Cluster, variant: string): Promise<Release> {
    return new Release(cluster, variant, await freePort());
  }

  /** Installs or upgrades it, without the Job that nobody would run. `values` are laid over those of the variant. */
  helm(command: "install" | "upgrade", values: object): void {
    const file = join(this.#cluster.folder, "values.yaml");
    const own = { service: { port: this.port }, config: { server: { trusted_proxies: [`${ownAddress()}/32`] } } };
    writeFileSync(file, JSON.stringify({ ...own, ...values }));
    const variant = join(chart, "ci", `${this.#variant}-values.yaml`);
    const options = ["--namespace", namespace, "--no-hooks", "--values", variant, "--values", file];
    this.#cluster.helm(command, "zerohop", chart, ...options);
  }

  /** Does what a node does with the pod's volumes, also again after a change. */
  async layOut(): Promise<void> {
    const { spec } = (await this.#cluster.get("apps/v1", "StatefulSet", namespace, "zerohop")).spec.template;
    const config = await this.#cluster.get("v1", "ConfigMap", namespace, "zerohop");
    const names = ["zerohop", "zerohop-users"];
    const secrets = await Promise.all(names.map((name) => this.#cluster.get("v1", "Secret", namespace, name)));
    const contents = Object.fromEntries(secrets.map(({ metadata, data }) => [metadata.name, decoded(data)]));
    const objects = [{ ...config, kind: "ConfigMap" }];
    this.#pod = layOut(spec, spec.containers[0], objects, contents, join(this.#cluster.folder, "pod"));
  }

  /** Starts the host as the pod does, and tells the cluster where it is once it listens. */
  async start(): Promise<Program> {
    await this.layOut();
    const [program, ...words] = fromCheckout;
    const { args, environment } = this.#pod!;
    const { folder } = this.#cluster;
    const host = startProgram("The host", program, [...words, ...args], join(folder, "host.log"), folder, environment);
    await hostListens(host, this.port);
    await this.#cluster.apply(endpointOf(namespace, "zerohop", this.port));
    return host;
  }

  /** Runs a command of `zerohop` in the pod, whose configuration it gets. Throws with what it says where it fails. */
  async run(...words: readonly string[]): Promise<string> {
    const { args, environment } = this.#pod!;
    const { code, stdout, stderr } = await zerohop([...words, ...args.slice(1)], { environment });
    if (code !== 0) throw new Error(`zerohop ${words.join(" ")}: ${stderr}`);
    return stdout;
  }
}

/** The contents of a Secret. */
export function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

/** What the cluster's controllers would make of a Service's pod that is ready. */
export function endpointOf(namespace: string, service: string, port: number): KubernetesObject {
  return {
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
    metadata: { namespace, name: `${service}-1`, labels: { "kubernetes.io/service-name": service } },
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: [{ addresses: [ownAddress()], conditions: { ready: true } }],
  };
}

/** An address of this machine that Kubernetes takes for an endpoint, which no loopback address is. */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
  if (!own) throw new Error("this machine has no address but 127.0.0.1");
  return own.address;
}
