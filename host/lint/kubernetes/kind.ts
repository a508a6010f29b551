// Kubernetes objects by which requests come in: those of Traefik, ingress-nginx, the Gateway API with Envoy Gateway, and Istio.
import { isMapping } from "../entry.ts";
import { type Kind, notUnderstood } from "../kind.ts";
import { applyRules, type Finding, type Rule, unknown } from "../rule.ts";
import { readTraefikConfig } from "../traefik/config.ts";
import { traefikRules } from "../traefik/rules.ts";
import { isGateOfRoutes, observeGatewayApi } from "./gateway-api.ts";
import { observeIngressNginx, observeOtherIngresses } from "./ingress-nginx.ts";
import { isGateOfMesh, lintEnvoyFilters, observeIstio } from "./istio.ts";
import { isInCluster, type KubernetesObject, objectsOf, targetsOf } from "./objects.ts";
import { type Observation, severities } from "./observation.ts";
import { traefikSources } from "./traefik.ts";

const rules = Object.entries(severities).map(
  ([id, severity]): Rule<readonly Observation[]> => ({
    id,
    severity,
    check(observations, report) {
      for (const { rule, at, part, message } of observations) if (rule === id) report(at.place(part), message);
    },
  }),
);

/** Whether rules are about an object: requests come in by it, or it may put a gate there. */
function isLookedAt({ kind, spec }: KubernetesObject): boolean {
  if (kind === "AuthorizationPolicy") return spec.get("action").text === "CUSTOM";
  if (kind === "VirtualService") return spec.get("gateways").exists;
  return /^(Ingress|IngressRoute(TCP)?|Middleware|Gateway|HTTPRoute|GRPCRoute|SecurityPolicy|EnvoyExtensionPolicy|WasmPlugin|EnvoyFilter)$/.test(
    kind,
  );
}

export const kubernetes: Kind = {
  ruleIds: rules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isObject),

  lint({ file, text, documents }, { site }) {
    const objects = objectsOf(documents);
    const sources = traefikSources(objects);
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    if (!objects.some(isLookedAt))
      throw notUnderstood(
        file,
        `Ingress, IngressRoute, HTTPRoute, WasmPlugin or other object by which requests come in, but ${kinds.join(", ") || "nothing"}`,
      );
    const observations = [
      ...observeIngressNginx(objects, site),
      ...observeOtherIngresses(objects),
      ...observeGatewayApi(objects, site),
      ...observeIstio(objects, site),
    ];
    return {
      findings: [
        ...applyRules(
          traefikRules,
          readTraefikConfig(sources, site, (host) => isInCluster(host) || !host.includes(".")),
        ),
        ...applyRules(rules, observations),
        ...lintEnvoyFilters(objects, site),
        ...withoutEntrance(file, objects),
      ],
      texts: new Map([[file, text]]),
    };
  },
};

/** Whether requests come in by an object, or it is the gate for all that come in where it says. */
function isEntrance(object: KubernetesObject): boolean {
  const { kind, spec } = object;
  if (kind === "VirtualService") return spec.get("gateways").exists;
  if (/^(SecurityPolicy|EnvoyExtensionPolicy)$/.test(kind) && !isGateOfRoutes(object)) return false;
  if (/^(SecurityPolicy|EnvoyExtensionPolicy)$/.test(kind))
    return [...targetsOf(object), ...spec.get("targetSelectors").list()].some(
      (target) => target.get("kind").text === "Gateway",
    );
  return isGateOfMesh(object) || /^(Ingress|IngressRoute(TCP)?|Gateway|HTTPRoute|GRPCRoute)$/.test(kind);
}

/** Without a place by which requests come in, nothing shows what the gates in a file are for. */
function withoutEntrance(file: string, objects: readonly KubernetesObject[]): Finding[] {
  if (objects.some(isEntrance)) return [];
  const message =
    "there is no Ingress, route or Gateway in it, so nothing is known about the requests that come in: put them into one file with this, and run zerohop lint on that";
  return [unknown({ file, line: 1, column: 1 }, message)];
}

function isObject(value: unknown): boolean {
  return isMapping(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";
}
