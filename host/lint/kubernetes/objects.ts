// The objects of a file for Kubernetes: one for each document, or several in a List.
import { Entry, type TreeDocument } from "../entry.ts";

export interface KubernetesObject {
  readonly entry: Entry;
  /** Without the version: `gateway.networking.k8s.io`; empty for the core. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly spec: Entry;
}

const sameKey = (written: string, wanted: string) => written === wanted;

/** Lists in lists are no deeper. */
const depthLimit = 5;

export function objectsOf(documents: readonly TreeDocument[]): KubernetesObject[] {
  return documents.flatMap((document) => read(Entry.root(document, sameKey), 0));
}

function read(entry: Entry, depth: number): KubernetesObject[] {
  const kind = entry.get("kind").text;
  const version = entry.get("apiVersion").text;
  if (kind === undefined || version === undefined || depth > depthLimit) return [];
  if (kind === "List")
    return entry
      .get("items")
      .list()
      .flatMap((item) => read(item, depth + 1));
  return [
    {
      entry,
      kind,
      group: version.includes("/") ? version.replace(/\/[^/]*$/, "") : "",
      name: entry.get("metadata", "name").text ?? "",
      namespace: entry.get("metadata", "namespace").text ?? "default",
      spec: entry.get("spec"),
    },
  ];
}

/** The objects of a kind in a group, or one of several kinds. */
export function ofKind(
  objects: readonly KubernetesObject[],
  group: RegExp,
  ...kinds: readonly string[]
): KubernetesObject[] {
  return objects.filter((object) => kinds.includes(object.kind) && group.test(object.group));
}

/** Which controller's an Ingress is, by the name that somebody has given that. */
export function classOf(ingress: KubernetesObject): string | undefined {
  return ingress.spec.get("ingressClassName").text ?? annotation(ingress, "kubernetes.io/ingress.class").text;
}

/** What an annotation says, by its whole name. */
export function annotation({ entry }: KubernetesObject, name: string): Entry {
  return entry.get("metadata", "annotations", name);
}

/** `NAMESPACE/NAME`, by which a reference and what it refers to are compared. */
export function nameOf(reference: Entry, near: KubernetesObject): string {
  return `${reference.get("namespace").text ?? near.namespace}/${reference.get("name").text ?? ""}`;
}

export function keyOf({ namespace, name }: KubernetesObject): string {
  return `${namespace}/${name}`;
}

/** A host without the cluster's suffixes: `app.web.svc.cluster.local` is `app.web`. */
export function isInCluster(host: string): boolean {
  return /\.svc(\.[\w.-]+)?$/.test(host);
}

/** Those that a policy targets: by reference, in the singular of old as well. */
export function targetsOf({ spec }: KubernetesObject): Entry[] {
  const one = spec.get("targetRef");
  return [...(one.exists ? [one] : []), ...spec.get("targetRefs").list()];
}
