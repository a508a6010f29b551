// Kubernetes objects by which requests come in: those of Traefik, ingress-nginx, the Gateway API with Envoy Gateway, and Istio.
import { isMapping } from "../entry.ts";
import { type Kind, notUnderstood } from "../kind.ts";
import { applyRules, type Rule } from "../rule.ts";
import { readTraefikConfig } from "../traefik/config.ts";
import { traefikRules } from "../traefik/rules.ts";
import { observeGatewayApi } from "./gateway-api.ts";
import { observeIngressNginx } from "./ingress-nginx.ts";
import { lintEnvoyFilters, observeIstio } from "./istio.ts";
import { isInCluster, type KubernetesObject, objectsOf } from "./objects.ts";
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

  lint({ file, text, documents }) {
    const objects = objectsOf(documents);
    const sources = traefikSources(objects);
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    if (!objects.some(isLookedAt))
      throw notUnderstood(
        file,
        `Ingress, IngressRoute, HTTPRoute, WasmPlugin or other object by which requests come in, but ${kinds.join(", ") || "nothing"}`,
      );
    const observations = [...observeIngressNginx(objects), ...observeGatewayApi(objects), ...observeIstio(objects)];
    return {
      findings: [
        ...applyRules(
          traefikRules,
          readTraefikConfig(sources, (host) => isInCluster(host) || !host.includes(".")),
        ),
        ...applyRules(rules, observations),
        ...lintEnvoyFilters(objects),
      ],
      texts: new Map([[file, text]]),
    };
  },
};

function isObject(value: unknown): boolean {
  return isMapping(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";
}
