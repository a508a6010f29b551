// Objects of Kubernetes, parsed.
import { parseAllDocuments } from "yaml";

/** Parsed YAML whose shape its kind tells. */
// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object
export type KubernetesObject = any;

/** The objects of a file, as Kubernetes reads YAML. Throws where it is none. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { version: "1.1" }).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() ?? [];
  });
}

/** The object of a kind, and of a name where there are several. Throws where it is not there. */
export function objectOf(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind} ${name ?? ""}`);
  return found[0];
}
