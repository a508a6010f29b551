// A pod of the host without a node: its volumes are laid out below a folder, and its containers are what the image runs with these
// arguments and this environment. Paths below a mount are those below the folder, in the arguments, the environment and the files.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { KubernetesObject } from "./objects.ts";

/** What Secrets, and ConfigMaps that are nobody's here, hold: by the object's name and the key. */
export type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Container {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

interface Mounted {
  readonly at: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Lays out the volumes of a container and returns what it runs. `objects` are those that were installed with the pod. Throws where a
 * mount names no volume, or a volume nothing that is there.
 */
export function layOut(
  spec: KubernetesObject,
  container: KubernetesObject,
  objects: readonly KubernetesObject[],
  contents: Contents,
  folder: string,
): Container {
  const mounts: readonly Mounted[] = container.volumeMounts.map(({ name, mountPath }: KubernetesObject) => {
    const volume = spec.volumes.find((one: KubernetesObject) => one.name === name) ?? { name };
    return { at: mountPath, files: filesOf(volume, objects, contents) };
  });
  const paths = new RegExp(`(?<![\\w/.-])(${mounts.map(({ at }) => at).join("|")})(?![\\w.-])`, "g");
  const below = (text: string) => text.replaceAll(paths, `${folder}$1`);
  for (const { at, files } of mounts) {
    mkdirSync(folder + at, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder + at, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, below(text), { mode: 0o600 });
    }
  }
  const variables: readonly KubernetesObject[] = container.env ?? [];
  return {
    args: container.args.map(below),
    command: container.command ?? [],
    environment: Object.fromEntries(variables.map(({ name, value }) => [name, below(value)])),
  };
}

function filesOf(volume: KubernetesObject, objects: readonly KubernetesObject[], contents: Contents): Mounted["files"] {
  const { name, configMap, secret, projected, emptyDir, persistentVolumeClaim } = volume;
  if (configMap) {
    const own = objects.filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMap.name);
    return own[0]?.data ?? contentsOf(contents, configMap.name);
  }
  if (secret) return contentsOf(contents, secret.secretName);
  if (projected)
    return Object.fromEntries(
      projected.sources.flatMap((source: KubernetesObject) =>
        source.secret.items.map((item: KubernetesObject) => {
          const text = contentsOf(contents, source.secret.name)[item.key];
          if (text === undefined) throw new Error(`the Secret ${source.secret.name} has no ${item.key}`);
          return [item.path, text];
        }),
      ),
    );
  // A claim of the StatefulSet's template has no volume in the pod's.
  if (emptyDir || persistentVolumeClaim || name === "data") return {};
  throw new Error(`there is no volume ${name}`);
}

function contentsOf(contents: Contents, name: string): Readonly<Record<string, string>> {
  const found = contents[name];
  if (!found) throw new Error(`there is no Secret, and no ConfigMap, ${name}`);
  return found;
}
