// What Traefik makes of its objects in a cluster, and of Ingresses that are for it, as its own configuration would say it.
import type { Entry } from "../entry.ts";
import { PlacedTree } from "../placed-tree.ts";
import type { Source } from "../traefik/config.ts";
import { annotation, classOf, type KubernetesObject, ofKind } from "./objects.ts";

const group = /^traefik\.(io|containo\.us)$/;

export function traefikSources(objects: readonly KubernetesObject[]): Source[] {
  const own = ofKind(objects, group, "IngressRoute", "IngressRouteTCP", "Middleware", "ServersTransport");
  const ingresses = ofKind(objects, /^networking\.k8s\.io$|^extensions$/, "Ingress").filter(isForTraefik);
  const namespaces = new Set(objects.map(({ namespace }) => namespace));
  return [
    ...own.map((object) => ({ document: read(object, namespaces), provider: "kubernetescrd" })),
    ...ingresses.map((object) => ({ document: readIngress(object), provider: "kubernetes" })),
  ];
}

export function isForTraefik(object: KubernetesObject): boolean {
  const className = classOf(object);
  const annotations = object.entry.get("metadata", "annotations").entries();
  if (className !== undefined && /traefik|nginx/i.test(className)) return /traefik/i.test(className);
  return annotations.some(({ key }) => key.startsWith("traefik.ingress.kubernetes.io/"));
}

function read(object: KubernetesObject, namespaces: ReadonlySet<string>): PlacedTree {
  const { entry, kind, name, namespace, spec } = object;
  const tree = new PlacedTree(entry.document.file, entry);
  const own = `${namespace}-${name}`;
  if (kind === "Middleware") {
    const path = ["http", "middlewares", own];
    tree.set(path, spec.value, spec);
    const address = spec.get("forwardAuth", "address");
    // SERVICE.NAMESPACE is short for what ends with svc, and no name of the internet where the namespace is in view.
    const [, service, near = ""] = /^(https?:\/\/[\w-]+\.([\w-]+))(?=[:/]|$)/.exec(address.text ?? "") ?? [];
    if (service !== undefined && namespaces.has(near)) {
      tree.set(path, { ...(spec.value as object) }, spec);
      tree.set([...path, "forwardAuth"], { ...(spec.get("forwardAuth").value as object) }, spec.get("forwardAuth"));
      tree.set([...path, "forwardAuth", "address"], address.text?.replace(service, `${service}.svc`), address);
    }
    const chain = spec.get("chain", "middlewares");
    const errors = spec.get("errors", "service");
    if (chain.exists) {
      tree.set(path, undefined, spec);
      tree.set(
        [...path, "chain", "middlewares"],
        chain.list().map((part) => referenceTo(part, object)),
        chain,
      );
    }
    if (errors.get("name").exists) {
      tree.set(
        path,
        { errors: { ...(spec.get("errors").value as object), service: serviceName(errors, object) } },
        spec,
      );
      putService(tree, "http", errors, object);
    }
  }
  if (kind === "ServersTransport") tree.set(["http", "serversTransports", own], spec.value, spec);
  if (kind === "IngressRoute" || kind === "IngressRouteTCP")
    for (const [index, route] of spec.get("routes").list().entries()) {
      const protocol = kind === "IngressRoute" ? "http" : "tcp";
      const router = [protocol, "routers", `${own}-${index}`];
      tree.set(router, undefined, route);
      for (const [key, part] of [
        ["rule", route.get("match")],
        ["priority", route.get("priority")],
        ["entryPoints", spec.get("entryPoints")],
        ["tls", spec.get("tls")],
      ] as const)
        if (part.written) tree.set([...router, key], part.value ?? {}, part);
      const middlewares = route.get("middlewares");
      if (middlewares.exists)
        tree.set(
          [...router, "middlewares"],
          middlewares.list().map((part) => referenceTo(part, object)),
          middlewares,
        );
      const [service] = route.get("services").list();
      if (!service) continue;
      tree.set([...router, "service"], serviceName(service, object), service);
      putService(tree, protocol, service, object);
    }
  return tree;
}

/** An Ingress makes a router of each path, all with the middlewares of the annotation. */
function readIngress(object: KubernetesObject): PlacedTree {
  const { entry, name, namespace, spec } = object;
  const tree = new PlacedTree(entry.document.file, entry);
  const option = (key: string) => annotation(object, `traefik.ingress.kubernetes.io/router.${key}`);
  const fallback = spec.get("defaultBackend");
  const rules = spec
    .get("rules")
    .list()
    .flatMap((rule) =>
      rule
        .get("http", "paths")
        .list()
        .map((path) => {
          const host = rule.get("host").text;
          const parts = [
            host && `Host(\`${host}\`)`,
            path.get("path").text && `PathPrefix(\`${path.get("path").text}\`)`,
          ];
          return { rule: parts.filter(Boolean).join(" && "), at: path, backend: path.get("backend") };
        }),
    );
  if (fallback.exists) rules.push({ rule: "PathPrefix(`/`)", at: fallback, backend: fallback });
  for (const [index, { rule, at, backend }] of rules.entries()) {
    const router = ["http", "routers", `${namespace}-${name}-${index}`];
    tree.set(router, undefined, at);
    tree.set([...router, "rule"], rule, at);
    for (const [key, part] of [
      ["entryPoints", option("entrypoints")],
      ["middlewares", option("middlewares")],
    ] as const)
      if (part.text !== undefined)
        tree.set(
          [...router, key],
          part.text.split(",").map((one) => one.trim()),
          part,
        );
    if (option("tls").isTrue || spec.get("tls").exists)
      tree.set([...router, "tls"], {}, option("tls").exists ? option("tls") : spec.get("tls"));
    const service = backend.get("service");
    tree.set([...router, "service"], serviceName(service, object), service);
    putService(tree, "http", service, object);
  }
  return tree;
}

/** `NAMESPACE-NAME`, as Traefik names what is defined by an object; a name with a provider stands for itself. */
function referenceTo(reference: Entry, { namespace }: KubernetesObject): string {
  const name = reference.get("name").text ?? "";
  return name.includes("@") ? name : `${reference.get("namespace").text ?? namespace}-${name}@kubernetescrd`;
}

function serviceName(service: Entry, { namespace }: KubernetesObject): string {
  const name = service.get("name").text ?? "";
  if (name.includes("@")) return name;
  return `${service.get("namespace").text ?? namespace}-${name}-${portOf(service)}`;
}

function putService(tree: PlacedTree, protocol: string, service: Entry, object: KubernetesObject): void {
  const name = serviceName(service, object);
  if (name.includes("@")) return;
  const host = `${service.get("name").text}.${service.get("namespace").text ?? object.namespace}.svc`;
  const authority = `${host}:${portOf(service)}`;
  const server = protocol === "http" ? { url: `http://${authority}` } : { address: authority };
  tree.set([protocol, "services", name, "loadBalancer", "servers"], [server], service);
}

function portOf(service: Entry): string {
  const port = service.get("port");
  return port.text ?? port.get("number").text ?? port.get("name").text ?? "80";
}
