// A container of a pod, as a node would run it, with a program of this machine in the place of its image: in a file system of its own, which
// is this machine's with the pod's volumes and a hosts file over it. It takes root's rights, to mount.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Program, startProgram } from "../processes/program.ts";
import type { Needed } from "../programs/on-path.ts";
import type { Cluster } from "./cluster.ts";
import type { KubernetesObject } from "./objects.ts";
import { decoded } from "./release.ts";

/** Whether this process may mount. */
export const rootRights: Needed = {
  ...{ name: "root's rights", isOptional: true },
  path: process.getuid?.() === 0 && existsSync("/usr/bin/unshare") ? "/usr/bin/unshare" : undefined,
};

const script = [
  'mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"',
  'mount --rbind /proc "$1/root/proc"',
  'mount --rbind /dev "$1/root/dev"',
  'root="$1/root"; shift; exec chroot "$root" "$@"',
].join(" && ");

export interface RootedContainer {
  readonly namespace: string;
  readonly pod: KubernetesObject;
  /** The container's name. */
  readonly name: string;
  /** What runs in the place of the image's program. */
  readonly program: string;
  /** What is laid over the container's arguments at their end. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Names that lead to this machine. */
  readonly hosts: readonly string[];
}

/** Starts it in `folder`, with its log in container.log. */
export async function startRooted(cluster: Cluster, folder: string, container: RootedContainer): Promise<Program> {
  const { namespace, pod, name, program, args = [], environment = {}, hosts } = container;
  for (const part of ["upper", "work", "root"]) mkdirSync(join(folder, part), { recursive: true });
  const write = (path: string, text: string) => {
    const file = join(folder, "upper", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write("/etc/hosts", ["localhost", ...hosts].map((host) => `127.0.0.1 ${host}\n`).join(""));
  const spec = pod.containers.find((one: KubernetesObject) => one.name === name);
  for (const { name, mountPath } of spec.volumeMounts ?? []) {
    const volume = pod.volumes.find((one: KubernetesObject) => one.name === name);
    const files = await filesOf(cluster, namespace, volume);
    for (const [file, text] of Object.entries(files)) write(join(mountPath, file), text);
  }
  const variables = await variablesOf(cluster, namespace, spec.env ?? []);
  const expanded = spec.args.map((arg: string) => arg.replaceAll(/\$\((\w+)\)/g, (_, key) => variables[key] ?? ""));
  const words = ["--mount", "sh", "-c", script, "sh", folder, program, ...expanded, ...args];
  const all = { ...variables, ...environment };
  return startProgram(name, rootRights.path!, words, join(folder, "container.log"), folder, all);
}

async function filesOf(cluster: Cluster, namespace: string, volume: KubernetesObject): Promise<Record<string, string>> {
  if (volume.secret) return decoded((await cluster.get("v1", "Secret", namespace, volume.secret.secretName)).data);
  if (!volume.configMap) return {};
  const { data } = await cluster.get("v1", "ConfigMap", namespace, volume.configMap.name);
  const items: readonly KubernetesObject[] =
    volume.configMap.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return Object.fromEntries(items.map(({ key, path }) => [path, data[key]]));
}

async function variablesOf(
  cluster: Cluster,
  namespace: string,
  env: readonly KubernetesObject[],
): Promise<Record<string, string>> {
  const entries = env.map(async ({ name, value, valueFrom }) => {
    const { secretKeyRef, fieldRef } = valueFrom ?? {};
    if (secretKeyRef) {
      const found = cluster.get("v1", "Secret", namespace, secretKeyRef.name);
      const { data } = secretKeyRef.optional ? await found.catch(() => ({ data: {} })) : await found;
      return [name, decoded(data)[secretKeyRef.key] ?? ""];
    }
    return [name, fieldRef ? (fieldRef.fieldPath === "metadata.namespace" ? namespace : "pod-1") : (value ?? "")];
  });
  return Object.fromEntries(await Promise.all(entries));
}
