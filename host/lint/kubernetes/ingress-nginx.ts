// Ingresses for ingress-nginx, whose gate is the annotation auth-url.
import { originOf } from "../address.ts";
import type { Entry } from "../entry.ts";
import { clientsOwn, headersLeft } from "../identity-headers.ts";
import { isPortalName } from "../portal-name.ts";
import type { Site } from "../site.ts";
import { annotation, classOf, type KubernetesObject, ofKind } from "./objects.ts";
import type { Observation } from "./observation.ts";
import { observePortalHosts } from "./portal-host.ts";
import { isForTraefik } from "./traefik.ts";

const prefix = "nginx.ingress.kubernetes.io/";

export function observeIngressNginx(objects: readonly KubernetesObject[], site: Site): Observation[] {
  const ingresses = ofKind(objects, /^networking\.k8s\.io$|^extensions$/, "Ingress").filter(isForNginx);
  // The controller's ConfigMap can name a question that is put for every Ingress.
  const maps = ofKind(objects, /^$/, "ConfigMap").map(({ entry }) => entry.get("data"));
  const data = maps.find((one) => one.get("global-auth-url").exists);
  const everywhere = data?.get("global-auth-url");
  const controllers = maps.filter(isOfController);
  const portals = ingresses.flatMap(
    (ingress) => originOf(annotation(ingress, `${prefix}auth-url`).text ?? "")?.host ?? [],
  );
  const pages = ingresses.flatMap(
    (ingress) => originOf(annotation(ingress, `${prefix}auth-signin`).text ?? "")?.host ?? [],
  );
  const questionOf = (ingress: KubernetesObject): Entry | undefined => {
    const own = annotation(ingress, `${prefix}auth-url`);
    const isGlobal = everywhere !== undefined && !annotation(ingress, `${prefix}enable-global-auth`).isFalse;
    return own.exists ? own : isGlobal ? everywhere : undefined;
  };
  const entrances = ingresses.flatMap((ingress) =>
    ingress.spec
      .get("rules")
      .list()
      .map((rule) => ({
        ...{ title: `the Ingress ${ingress.name}`, at: rule.get("host"), names: [rule.get("host").text ?? ""] },
        isGated: () => questionOf(ingress) !== undefined,
        isPortal: leadsToPortal(ingress, portals, [], [rule]),
      })),
  );
  const decided = ingresses.flatMap((ingress): Observation[] => {
    const option = (name: string) => annotation(ingress, prefix + name);
    const asked = questionOf(ingress);
    if (!asked) {
      if (leadsToPortal(ingress, portals, pages)) return [];
      const off = option("enable-global-auth");
      return [
        {
          rule: "kubernetes-gate-missing",
          at: off.isFalse && everywhere ? off : ingress.entry.get("metadata", "annotations"),
          message: `the Ingress ${ingress.name} passes requests on undecided: set ${prefix}auth-url`,
        },
      ];
    }
    const taken = asked === everywhere ? data!.get("global-auth-response-headers") : option("auth-response-headers");
    return [...observeGate(asked, option, taken, site), ...observeHost(asked, controllers)];
  });
  return [...decided, ...observePortalHosts(entrances, site.portalHosts)];
}

/** The question names the Host header, and nginx chooses the server by the request line's host where there is one. */
function observeHost(asked: Entry, controllers: readonly Entry[]): Observation[] {
  const decided = "a request with one host in its request line and another in Host is decided about as the other";
  const remedy =
    "as deploy/ingress-nginx/ingress.yaml has it in http-snippet and server-snippet of the controller's ConfigMap";
  const [first] = controllers;
  if (!first)
    return [
      {
        rule: "kubernetes-gate-unseen",
        at: asked,
        message: `whether ${decided} is in the controller's ConfigMap, which was not given: have it refuse that, ${remedy}, and lint it too`,
      },
    ];
  const refuses = controllers.some((data) => {
    const text = ["http-snippet", "server-snippet"].map((name) => data.get(name).text ?? "").join("\n");
    return /\$http_host\b/.test(text) && /\breturn\s+4\d\d\b/.test(text);
  });
  return refuses ? [] : [{ rule: "kubernetes-other-host", at: first, message: `${decided}: refuse it, ${remedy}` }];
}

/** Whether a ConfigMap's data are the controller's settings: no other program has keys of these names. */
function isOfController(data: Entry): boolean {
  const own =
    /^(global-auth-|http-snippet$|server-snippet$|allow-snippet-annotations$|use-forwarded-headers$|annotations-risk-level$)/;
  return data.entries().some(({ key }) => own.test(String(key)));
}

function observeGate(
  asked: Entry,
  option: (name: string) => Entry,
  taken: Entry,
  { identityHeaders }: Site,
): Observation[] {
  const found: Observation[] = [];
  if (!isEndpoint(asked.text ?? "", option("auth-snippet").text ?? ""))
    found.push({
      rule: /zerohop|authelia|:9091/.test(originOf(asked.text ?? "")?.authority ?? "")
        ? "kubernetes-endpoint"
        : "kubernetes-gate-missing",
      at: asked,
      part: "value",
      message: `${asked.text} is no endpoint of Zerohop that decides for nginx: ask /api/authz/auth-request`,
    });
  const listed = (taken.text ?? "").split(",").map((name) => name.trim().toLowerCase());
  const missing = headersLeft(identityHeaders, (name) => listed.includes(name));
  if (missing.length > 0)
    found.push({
      rule: "kubernetes-identity-headers",
      at: taken.exists ? taken : asked,
      message: `${clientsOwn(missing)}: list all of ${identityHeaders.join(", ")} in auth-response-headers`,
    });
  if (/^any$/i.test(option("satisfy").text ?? ""))
    found.push({
      rule: "kubernetes-gate-partial",
      at: option("satisfy"),
      message:
        "whoever meets one of the other conditions is let in undecided: set satisfy: all, and write a rule with networks into the policy",
    });
  for (const name of ["configuration-snippet", "server-snippet", "auth-snippet"])
    if (/\bauth_request\s+(off|["']off)/i.test(option(name).text ?? ""))
      found.push({
        rule: "kubernetes-gate-partial",
        at: option(name),
        message: `auth_request off lets requests pass undecided: remove it, and write a bypass rule into the policy`,
      });
  if (option("auth-cache-key").exists)
    found.push({
      rule: "kubernetes-auth-cache",
      at: option("auth-cache-key"),
      message: "an answer is kept for requests that it was not given for, and after a log-out: remove auth-cache-key",
    });
  return found;
}

/** Whether the host decides there. Its endpoint for Traefik does so where a snippet tells it what ingress-nginx does not. */
function isEndpoint(url: string, snippet: string): boolean {
  if (/\/api\/(authz\/auth-request|verify)(\?|$)/.test(url)) return true;
  const told = ["Proto", "Host", "Uri", "Method"].every((part) =>
    new RegExp(`^\\s*proxy_set_header\\s+X-Forwarded-${part}\\s+[^;]*[^;\\s]`, "im").test(snippet),
  );
  return told && /\/api\/authz\/forward-auth(\?|$)/.test(url);
}

function isForNginx(object: KubernetesObject): boolean {
  // What a class is called need not say whose it is.
  const annotations = object.entry.get("metadata", "annotations").entries();
  return (
    !isForTraefik(object) &&
    (/nginx/i.test(classOf(object) ?? "") || annotations.some(({ key }) => key.startsWith(prefix)))
  );
}

/** Ingresses of which nothing says that they are for a controller whose gates are known. */
export function observeOtherIngresses(objects: readonly KubernetesObject[]): Observation[] {
  return ofKind(objects, /^networking\.k8s\.io$|^extensions$/, "Ingress")
    .filter((ingress) => !isForTraefik(ingress) && !isForNginx(ingress) && !leadsToPortal(ingress, [], []))
    .map((ingress) => ({
      rule: "kubernetes-gate-unseen",
      at: ingress.spec.get("ingressClassName"),
      message: `the Ingress ${ingress.name} ${classOf(ingress) ? `is of the class ${classOf(ingress)}` : "has no class"}, and neither that nor its annotations say that it is for Traefik or ingress-nginx, so nothing is known about whether anything decides: only theirs are read`,
    }));
}

/** Whether rules of an Ingress, all where none are given, lead to the portal: to what is asked, or for the host of a login page. */
function leadsToPortal(
  ingress: KubernetesObject,
  portals: readonly string[],
  pages: readonly string[],
  rules: readonly Entry[] = ingress.spec.get("rules").list(),
): boolean {
  const services = rules.flatMap((rule) =>
    rule
      .get("http", "paths")
      .list()
      .map((path) => path.get("backend", "service", "name").text ?? path.get("backend", "serviceName").text ?? ""),
  );
  const names = services.map((name) => `${name}.${ingress.namespace}`);
  return (
    services.length > 0 &&
    (services.every((name) => isPortalName(name)) ||
      names.every((name) => portals.some((host) => host === name || host.startsWith(`${name}.`))) ||
      rules.every((rule) => pages.includes(rule.get("host").text ?? "")))
  );
}
