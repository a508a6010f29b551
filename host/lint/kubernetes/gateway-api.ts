// Routes of the Gateway API, and the policies of Envoy Gateway that put a gate in front of them.
import { type Entry, isMapping } from "../entry.ts";
import { clientsOwn, headersLeft } from "../identity-headers.ts";
import { isPortalName } from "../portal-name.ts";
import type { Site } from "../site.ts";
import { type KubernetesObject, keyOf, nameOf, ofKind, targetsOf } from "./objects.ts";
import { type Observation, unaskedHeaders } from "./observation.ts";
import { isOurModule, observePluginConfig } from "./plugin-config.ts";
import { type Entrance, observePortalHosts } from "./portal-host.ts";

const routes = /^gateway\.networking\.k8s\.io$/;
const policies = /^gateway\.envoyproxy\.io$/;

export function observeGatewayApi(objects: readonly KubernetesObject[], site: Site): Observation[] {
  const gateways = Map.groupBy(ofKind(objects, routes, "Gateway"), keyOf);
  const security = ofKind(objects, policies, "SecurityPolicy");
  const extensions = ofKind(objects, policies, "EnvoyExtensionPolicy");
  const portals = new Set(
    security.flatMap((policy) =>
      backendsOf(policy.spec.get("extAuth", "http")).map((backend) => nameOf(backend, policy)),
    ),
  );
  const kinds = [targeted(security), targeted(extensions)];
  const hasGate = [...security, ...extensions].some(isGateOfRoutes);
  const found = [...security.flatMap((policy) => observeQuestion(policy, site)), ...extensions.flatMap(observeModules)];
  const entrances: Entrance[] = [];
  for (const route of ofKind(objects, routes, "HTTPRoute", "GRPCRoute")) {
    const backends = route.spec.get("rules").list().flatMap(backendsOf);
    const isPortal = backends.every(
      (backend) => portals.has(nameOf(backend, route)) || isPortalName(backend.get("name").text ?? ""),
    );
    const parents = route.spec.get("parentRefs");
    const names = parents
      .list()
      .filter(isGateway)
      .map((parent) => nameOf(parent, route));
    const inView = names.flatMap((name) => gateways.get(name) ?? []);
    const reached = kinds.map((kind) => policiesOf(route, names, inView, kind));
    const isGated = reached.some(({ inForce }) => inForce.some(isGateOfRoutes));
    const hosts = route.spec.get("hostnames");
    const listeners = inView.flatMap(({ spec }) => spec.get("listeners").list());
    entrances.push({
      ...{ title: `the ${route.kind} ${route.name}`, at: hosts, isGated: () => isGated, isPortal },
      names: hosts.exists ? hosts.texts() : listeners.map((listener) => listener.get("hostname").text ?? ""),
    });
    if (isPortal || isGated) continue;
    const overriding = reached.find(({ replaced }) => replaced.some(isGateOfRoutes))?.inForce[0];
    const part = reached.flatMap(({ ofRules }) => ofRules).find(isGateOfRoutes);
    if (overriding)
      found.push({
        rule: "kubernetes-gate-overridden",
        at: targetsOf(overriding)[0] ?? overriding.entry,
        message: `this ${overriding.kind} takes the place of the Gateway's, which has the gate, so requests to ${route.name} pass undecided: put the gate into this one too, or set mergeType: StrategicMerge`,
      });
    else if (part)
      found.push({
        rule: "kubernetes-gate-partial",
        at: targetsOf(part)[0] ?? part.entry,
        message: `with sectionName the gate is in front of one rule of ${route.name}, and requests to the others pass undecided: remove sectionName`,
      });
    else if (inView.length > 0 || hasGate)
      found.push({
        rule: "kubernetes-gate-missing",
        at: parents,
        message: `the ${route.kind} ${route.name} passes requests on undecided: target its Gateway with the gate's policy`,
      });
    else
      found.push({
        rule: "kubernetes-gate-unseen",
        at: parents,
        message: `neither the Gateway of ${route.name} nor a policy with the gate is in this file, so nothing is known about whether anything decides: put their objects into one file, and run zerohop lint on that`,
      });
  }
  return [...found, ...observePortalHosts(entrances, site.portalHosts)];
}

interface Reached {
  /** Those that count for the route. */
  readonly inForce: readonly KubernetesObject[];
  /** Those of the Gateway that the route's own take the place of. */
  readonly replaced: readonly KubernetesObject[];
  /** Those for single rules of the route. */
  readonly ofRules: readonly KubernetesObject[];
}

/** Policies of one kind, by what they target. */
interface Targeted {
  readonly byTarget: ReadonlyMap<string, readonly { readonly policy: KubernetesObject; readonly isPart: boolean }[]>;
  /** Those that select what they target by labels. */
  readonly selecting: readonly KubernetesObject[];
}

function targeted(policies: readonly KubernetesObject[]): Targeted {
  const targets = policies.flatMap((policy) =>
    targetsOf(policy).map((target) => ({
      key: `${target.get("kind").text} ${nameOf(target, policy)}`,
      policy,
      isPart: target.get("sectionName").exists && target.get("kind").text !== "Gateway",
    })),
  );
  return {
    byTarget: Map.groupBy(targets, ({ key }) => key),
    selecting: policies.filter(({ spec }) => spec.get("targetSelectors").exists),
  };
}

function policiesOf(
  route: KubernetesObject,
  names: readonly string[],
  gateways: readonly KubernetesObject[],
  { byTarget, selecting }: Targeted,
): Reached {
  const targeting = byTarget.get(`${route.kind} ${keyOf(route)}`) ?? [];
  const own = [
    ...targeting.filter(({ isPart }) => !isPart).map(({ policy }) => policy),
    ...selecting.filter((policy) => selects(policy, route)),
  ];
  const above = [
    ...names.flatMap((name) => byTarget.get(`Gateway ${name}`) ?? []).map(({ policy }) => policy),
    ...selecting.filter((policy) => gateways.some((gateway) => selects(policy, gateway))),
  ];
  const ofRules = targeting.filter(({ isPart }) => isPart).map(({ policy }) => policy);
  const merges = own.some(({ spec }) => spec.get("mergeType").exists);
  if (own.length === 0) return { inForce: above, replaced: [], ofRules };
  return { inForce: merges ? [...own, ...above] : own, replaced: merges ? [] : above, ofRules };
}

/** Whether a policy selects an object by its labels. */
function selects({ spec, namespace }: KubernetesObject, object: KubernetesObject): boolean {
  return spec
    .get("targetSelectors")
    .list()
    .some((selector) => {
      const labels = selector.get("matchLabels").entries();
      return (
        selector.get("kind").text === object.kind &&
        namespace === object.namespace &&
        labels.every(({ key, text }) => object.entry.get("metadata", "labels", key).text === text)
      );
    });
}

/** Whether a policy puts the gate in front of routes. */
export function isGateOfRoutes({ kind, spec }: KubernetesObject): boolean {
  if (kind === "EnvoyExtensionPolicy") return spec.get("wasm").list().some(isOurs);
  return isQuestion(spec.get("extAuth", "http"));
}

function isQuestion(service: Entry): boolean {
  return (
    [service.get("path"), service.get("pathOverride")].some(({ text = "" }) =>
      /^\/api\/(authz\/|verify\b)/.test(text),
    ) || isToPortal(service)
  );
}

const endpoint = /^\/api\/authz\/ext-authz(\/|$)/;

function isToPortal(service: Entry): boolean {
  return backendsOf(service).some((backend) => isPortalName(backend.get("name").text ?? ""));
}

function observeQuestion(policy: KubernetesObject, { identityHeaders }: Site): Observation[] {
  const auth = policy.spec.get("extAuth");
  const service = auth.get("http");
  if (!isQuestion(service)) return [];
  const found: Observation[] = [];
  if (auth.get("failOpen").isTrue)
    found.push({
      rule: "kubernetes-fail-open",
      at: auth.get("failOpen"),
      message: "while the host is away every request passes undecided: remove failOpen",
    });
  const whole = service.get("pathOverride");
  if (whole.exists)
    found.push({
      rule: "kubernetes-endpoint",
      at: whole,
      message:
        "with pathOverride every request is decided about as if it were for this path, so rules with resources count for none: set path: /api/authz/ext-authz/ instead",
    });
  else if (!endpoint.test(service.get("path").text ?? ""))
    found.push({
      rule: "kubernetes-endpoint",
      at: service.get("path"),
      message:
        "requests are asked about at pages of the portal, which answers 200 to everybody: set path: /api/authz/ext-authz/",
    });
  const back = service
    .get("headersToBackend")
    .texts()
    .map((name) => name.toLowerCase());
  const missing = headersLeft(identityHeaders, (name) => back.includes(name));
  if (missing.length > 0)
    found.push({
      rule: "kubernetes-identity-headers",
      at: service.get("headersToBackend"),
      message: `${clientsOwn(missing)}: list all of ${identityHeaders.join(", ")} in headersToBackend`,
    });
  const asked = auth
    .get("headersToExtAuth")
    .texts()
    .map((name) => name.toLowerCase());
  found.push(...unaskedHeaders(auth, "headersToExtAuth", (name) => asked.includes(name)));
  return found;
}

/** Beside the image the API server drops it, and whatever the tag has become is loaded. */
function observeDigest(code: Entry): Observation[] {
  const digest = code.get("sha256");
  if (!digest.exists) return [];
  const message =
    "nothing reads a digest here, so whatever the tag has become is loaded: it belongs into code.image, or code.http";
  return [{ rule: "kubernetes-wasm-digest", at: digest, message }];
}

function observeModules({ spec }: KubernetesObject): Observation[] {
  return spec
    .get("wasm")
    .list()
    .filter(isOurs)
    .flatMap((module) => [
      ...(module.get("failOpen").isTrue
        ? [
            {
              rule: "kubernetes-fail-open",
              at: module.get("failOpen"),
              message: "after one failure of the module every request passes undecided: set failOpen: false",
            } as const,
          ]
        : []),
      ...observeDigest(module.get("code")),
      ...observePluginConfig(module.get("config"), module, module.get("env", "hostKeys").list()),
    ]);
}

function isOurs(module: Entry): boolean {
  return isOurModule(module.get("config"), [
    module.get("name"),
    module.get("code", "image", "url"),
    module.get("code", "http", "url"),
  ]);
}

function isGateway(reference: Entry): boolean {
  return isMapping(reference.value) && (reference.get("kind").text ?? "Gateway") === "Gateway";
}

function backendsOf(entry: Entry): Entry[] {
  const one = entry.get("backendRef");
  return [...(one.exists ? [one] : []), ...entry.get("backendRefs").list()];
}
