// A real Kubernetes API without nodes: etcd and the API server, on loopback, in a folder of their own. Nothing runs a pod, fills in an
// endpoint or ends a namespace: whoever needs that does it.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { stringify } from "yaml";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { until } from "../waiting.ts";
import { helm } from "./helm.ts";
import type { KubernetesObject } from "./objects.ts";

export interface ClusterPrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly helm: string;
}

const token = "a-token-for-the-tests";

export class Cluster implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "zerohop-cluster-"));
  readonly kubeconfig = join(this.folder, "kubeconfig");
  readonly #programs: Program[] = [];
  readonly #paths = new Map<string, string>();
  #helm = "";
  #port = 0;

  static async start(programs: ClusterPrograms): Promise<Cluster> {
    const cluster = new Cluster();
    try {
      await cluster.#start(programs);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start({ etcd, apiServer, helm }: ClusterPrograms): Promise<void> {
    this.#helm = helm;
    const [clients, peers] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
    const options = {
      ...{ "data-dir": join(this.folder, "etcd"), "listen-client-urls": clients, "advertise-client-urls": clients },
      ...{ "listen-peer-urls": peers, "initial-advertise-peer-urls": peers, "initial-cluster": `default=${peers}` },
    };
    this.#run("etcd", etcd, optionsOf(options));
    const keys = generateKeyPairSync("rsa", {
      ...{ modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" } },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const file = (name: string, content: string) => {
      writeFileSync(join(this.folder, name), content, { mode: 0o600 });
      return join(this.folder, name);
    };
    this.#port = await freePort();
    const server = this.#run(
      ...["kube-apiserver", apiServer],
      optionsOf({
        ...{ "etcd-servers": clients, "secure-port": String(this.#port), "bind-address": "127.0.0.1" },
        ...{ "cert-dir": join(this.folder, "tls"), "service-cluster-ip-range": "10.96.0.0/16" },
        "token-auth-file": file("tokens.csv", `${token},admin,1,system:masters\n`),
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": file("accounts.pub", keys.publicKey),
        "service-account-signing-key-file": file("accounts.key", keys.privateKey),
        "disable-admission-plugins": "ServiceAccount",
      }),
    );
    writeFileSync(this.kubeconfig, kubeconfigOf(this.#port), { mode: 0o600 });
    await until(async () => (await this.#ask("GET", "/readyz")).status === 200, {
      running: [server],
      patience: 180_000,
    });
  }

  #run(name: string, program: string, args: readonly string[]): Program {
    const started = startProgram(name, program, args, join(this.folder, `${name}.log`));
    this.#programs.push(started);
    return started;
  }

  /** Runs helm against this cluster. Throws with what it says where it fails. */
  helm(...args: readonly string[]): string {
    const { code, stdout, stderr } = helm(this.#helm, args, this.kubeconfig);
    if (code !== 0) throw new Error(`helm ${args.join(" ")}: ${stderr.trim()}`);
    return stdout;
  }

  /** Makes custom resources known, by files that define them, and waits until they are served. */
  async define(...files: readonly string[]): Promise<void> {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    for (const definition of files.flatMap((file) => readFileSync(file, "utf8").split(/^---$/m))) {
      // They are long, and the server reads YAML faster than anything here.
      const [, name] = /^ {2}name: (\S+)$/m.exec(definition) ?? [];
      if (name === undefined || !/^kind: CustomResourceDefinition$/m.test(definition)) continue;
      const { status, body } = await this.#ask("PATCH", `${path}/${name}?fieldManager=tests&force=true`, definition);
      if (status >= 300) throw new Error(`${name}: ${body.message}`);
      await until(async () => {
        const { body } = await this.#ask("GET", `${path}/${name}`);
        return body.status.conditions?.some(
          ({ type, status }: KubernetesObject) => type === "Established" && status === "True",
        );
      });
    }
  }

  async createNamespaces(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }

  /** Lays an object down, or only asks whether it could be. Throws with the server's word: an unknown member is a mistake. */
  async apply(object: KubernetesObject, { dryRun = false } = {}): Promise<KubernetesObject> {
    const query = `?fieldManager=tests&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
    const { status, body } = await this.#ask("PATCH", (await this.#pathOf(object)) + query, stringify(object));
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${body.message ?? status}`);
    return body;
  }

  /** Reads an object as the server has it. */
  async get(apiVersion: string, kind: string, namespace: string, name: string): Promise<KubernetesObject> {
    const { status, body } = await this.#ask(
      "GET",
      await this.#pathOf({ apiVersion, kind, metadata: { namespace, name } }),
    );
    if (status !== 200) throw new Error(`${kind} ${namespace}/${name}: ${body.message ?? status}`);
    return body;
  }

  /** All objects of a kind in a namespace. */
  async list(apiVersion: string, kind: string, namespace: string): Promise<readonly KubernetesObject[]> {
    const path = await this.#pathOf({ apiVersion, kind, metadata: { namespace, name: "" } });
    return (await this.#ask("GET", path.replace(/\/$/, ""))).body.items;
  }

  async #pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const key = `${group} ${kind}`;
    if (!this.#paths.has(key)) {
      const { body } = await this.#ask("GET", group);
      for (const one of body.resources ?? [])
        if (!one.name.includes("/")) this.#paths.set(`${group} ${one.kind}`, `${one.namespaced}/${one.name}`);
    }
    const [namespaced, plural] = (this.#paths.get(key) ?? "").split("/");
    if (plural === undefined) throw new Error(`the API server knows no ${kind} of ${apiVersion}`);
    const namespace = namespaced === "true" ? `/namespaces/${metadata.namespace}` : "";
    return `${group}${namespace}/${plural}/${metadata.name}`;
  }

  async #ask(
    method: string,
    path: string,
    body = "",
  ): Promise<{ readonly status: number; readonly body: KubernetesObject }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ method, path, host: "127.0.0.1", port: this.#port, rejectUnauthorized: false },
          headers: {
            ...{ authorization: `Bearer ${token}`, accept: "application/json" },
            ...(method === "PATCH" && { "content-type": "application/apply-patch+yaml" }),
          },
        },
        (answer) => {
          const isJson = /json/.test(answer.headers["content-type"] ?? "");
          (isJson ? json(answer) : text(answer)).then(
            (content) => resolve({ status: answer.statusCode!, body: content }),
            reject,
          );
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function optionsOf(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}

function kubeconfigOf(port: number): string {
  const cluster = { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  return stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "test" },
    clusters: [{ name: "test", cluster }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
  });
}
