// Istio: gates that are in a mesh's gateways by WasmPlugin, AuthorizationPolicy (CUSTOM) or EnvoyFilter, and what passes those gateways.
import { YamlDocument } from "../../kit/yaml/document.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { Entry } from "../entry.ts";
import { readEnvoyConfig } from "../envoy/config.ts";
import { forwardAuthRules } from "../envoy/rules/forward-auth.ts";
import { moduleRules } from "../envoy/rules/module.ts";
import { clientsOwn, headersLeft } from "../identity-headers.ts";
import { PlacedTree } from "../placed-tree.ts";
import { isPortalName } from "../portal-name.ts";
import { applyRules, type Finding } from "../rule.ts";
import { anySite, type Site } from "../site.ts";
import { type KubernetesObject, keyOf, nameOf, ofKind, targetsOf } from "./objects.ts";
import { type Observation, unaskedHeaders } from "./observation.ts";
import { isOurModule, observePluginConfig } from "./plugin-config.ts";
import { type Entrance, observePortalHosts } from "./portal-host.ts";

/** A gate of a mesh. */
interface Gate {
  readonly object: KubernetesObject;
  /** What picks the workloads; nothing for all. */
  readonly labels: Labels;
  /** Whether the object says that it asks Zerohop; undefined: what it asks is not in view. */
  readonly isKnown: boolean;
}

export function observeIstio(objects: readonly KubernetesObject[], site: Site): Observation[] {
  const plugins = ofKind(objects, /^extensions\.istio\.io$/, "WasmPlugin");
  const providers = providersIn(objects);
  const custom = ofKind(objects, /^security\.istio\.io$/, "AuthorizationPolicy").filter(
    ({ spec }) => spec.get("action").text === "CUSTOM",
  );
  const modules = plugins.filter(isOurs);
  const asking = custom.flatMap((object): Gate[] => {
    const name = object.spec.get("provider", "name").text ?? "";
    const provider = providers.get(name);
    if (provider && !isEndpoint(provider) && !isPortalName(provider.get("service").text?.split(".")[0] ?? ""))
      return [];
    return [{ object, labels: labelsIn(object.spec.get("selector", "matchLabels")), isKnown: provider !== undefined }];
  });
  const filters = ofKind(objects, /^networking\.istio\.io$/, "EnvoyFilter").filter(
    (object) => gateIn(object) !== undefined,
  );
  const gates: Gate[] = [
    ...modules.map((object) => ({
      object,
      labels: labelsIn(object.spec.get("selector", "matchLabels")),
      isKnown: true,
    })),
    ...asking,
    ...filters.map((object) => ({
      object,
      labels: labelsIn(object.spec.get("workloadSelector", "labels")),
      isKnown: true,
    })),
  ];
  return [
    ...modules.flatMap((plugin) => observeModule(plugin, plugins)),
    ...[...providers.values()].filter(isEndpoint).flatMap((provider) => observeProvider(provider, site)),
    ...asking.flatMap(({ object, isKnown }) => observePolicy(object, isKnown)),
    ...observeGateways(objects, gates, site),
  ];
}

/** Whether an object puts a gate into the mesh, or may do so: what an AuthorizationPolicy asks can be of another file. */
export function isGateOfMesh(object: KubernetesObject): boolean {
  const { kind, spec } = object;
  if (kind === "AuthorizationPolicy") return spec.get("action").text === "CUSTOM";
  return kind === "WasmPlugin" ? isOurs(object) : kind === "EnvoyFilter" && gateIn(object) !== undefined;
}

/** What Envoy's own rules find in the filters that EnvoyFilters put in. */
export function lintEnvoyFilters(objects: readonly KubernetesObject[], site: Site): Finding[] {
  return ofKind(objects, /^networking\.istio\.io$/, "EnvoyFilter").flatMap((object) => {
    const gate = gateIn(object);
    return gate
      ? applyRules([...moduleRules, ...forwardAuthRules], readEnvoyConfig(gate, site)).filter(
          ({ rule }) => rule !== "envoy-edge-token-readable",
        )
      : [];
  });
}

/** The filters of an EnvoyFilter as those of a connection manager, if there is a gate among them. */
function gateIn({ entry, spec }: KubernetesObject): PlacedTree | undefined {
  const tree = new PlacedTree(entry.document.file, entry);
  tree.set(["@type"], "type.googleapis.com/envoy.HttpConnectionManager", entry);
  const patches = spec
    .get("configPatches")
    .list()
    .filter((patch) => patch.get("applyTo").text === "HTTP_FILTER");
  for (const [index, patch] of patches.entries())
    tree.set(["http_filters", index], patch.get("patch", "value").value ?? {}, patch.get("patch", "value"));
  const { gates } = readEnvoyConfig(tree, anySite);
  const isZerohops = gates.some(
    ({ filter }) =>
      filter.gate === "wasm" || /^\/api\//.test(filter.config.get("http_service", "path_prefix").text ?? ""),
  );
  return isZerohops ? tree : undefined;
}

function isOurs({ spec, name }: KubernetesObject): boolean {
  return /zerohop/i.test(name) || isOurModule(spec.get("pluginConfig"), [spec.get("url"), spec.get("pluginName")]);
}

/** Of the gateway's own variables those that the module may see. */
function variablesOf(spec: Entry): Entry[] {
  const lent = spec.get("vmConfig", "env").list();
  return lent.filter((one) => one.get("valueFrom").text === "HOST").map((one) => one.get("name"));
}

function observeModule({ spec, entry, name }: KubernetesObject, plugins: readonly KubernetesObject[]): Observation[] {
  const found: Observation[] = [...observePluginConfig(spec.get("pluginConfig"), spec, variablesOf(spec))];
  const strategy = spec.get("failStrategy");
  if (strategy.text === "FAIL_OPEN")
    found.push({
      rule: "kubernetes-fail-open",
      at: strategy,
      message: "after one failure of the module every request passes undecided: set failStrategy: FAIL_RELOAD",
    });
  else if (strategy.text !== "FAIL_RELOAD")
    found.push({
      rule: "kubernetes-fail-closed",
      at: strategy,
      message:
        "after one failure of the module the gateway answers 503 until it restarts: set failStrategy: FAIL_RELOAD",
    });
  const phase = spec.get("phase");
  if (!/^(AUTHN|AUTHZ)$/.test(phase.text ?? ""))
    found.push({
      rule: "kubernetes-wasm-order",
      at: phase,
      message:
        "without phase: AUTHN the gate comes last, and all other filters act on requests that nobody has decided about: set it",
    });
  const rank = (plugin: KubernetesObject) => plugin.spec.get("priority").number || 0;
  const before = plugins.find(
    (other) =>
      other.entry !== entry &&
      other.spec.get("phase").text === "AUTHN" &&
      phase.text === "AUTHN" &&
      (spec.get("priority").exists ? rank(other) >= rank({ spec } as KubernetesObject) : true),
  );
  if (before)
    found.push({
      rule: "kubernetes-wasm-order",
      at: spec.get("priority").exists ? spec.get("priority") : phase,
      message: `${before.name} may act before ${name} on requests that nobody has decided about: give the gate the highest priority`,
    });
  const match = spec.get("match").list();
  const serverOnly = match.find((one) => one.get("mode").text === "SERVER");
  if (match.length > 0 && match.every((one) => one.get("mode").text === "SERVER"))
    found.push({
      rule: "kubernetes-gate-partial",
      at: serverOnly!.get("mode"),
      message: "a gateway's requests are none of mode SERVER, so the gate sees none: remove match",
    });
  else if (match.length > 0 && match.every((one) => one.get("ports").exists))
    found.push({
      rule: "kubernetes-gate-partial",
      at: match[0]!.get("ports"),
      message: "requests to other ports pass undecided: remove match",
    });
  return found;
}

function isEndpoint(provider: Entry): boolean {
  return /^\/api\/authz\/ext-authz(\/|$)/.test(provider.get("pathPrefix").text ?? "");
}

/** The HTTP providers of the mesh's configuration, by name: an IstioOperator's, or the text in Istio's ConfigMap. */
function providersIn(objects: readonly KubernetesObject[]): Map<string, Entry> {
  const lists = objects.flatMap(({ kind, entry, spec }) => {
    if (kind === "IstioOperator" || kind === "Istio")
      return [spec.get("meshConfig", "extensionProviders"), spec.get("values", "meshConfig", "extensionProviders")];
    const mesh = kind === "ConfigMap" ? entry.get("data", "mesh") : undefined;
    return mesh?.text === undefined ? [] : [inside(mesh).get("extensionProviders")];
  });
  return new Map(
    lists
      .flatMap((list) => list.list())
      .filter((provider) => provider.get("envoyExtAuthzHttp").exists)
      .map((provider) => [provider.get("name").text ?? "", provider.get("envoyExtAuthzHttp")]),
  );
}

/** YAML that is a text in a YAML file. Its places are those of the text's lines. */
function inside(text: Entry): Entry {
  const { line, column } = text.place("value");
  const sameKey = (written: string, wanted: string) => written === wanted;
  try {
    const document = YamlDocument.parse(text.document.file, text.text!);
    const locate: typeof document.locate = (path, part) => {
      const place = document.locate(path, part);
      return { line: line + place.line, column: column + place.column };
    };
    return Entry.root({ file: document.file, value: document.value, locate }, sameKey);
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return text.get("unreadable");
  }
}

function observeProvider(provider: Entry, { identityHeaders }: Site): Observation[] {
  const found: Observation[] = [];
  if (provider.get("failOpen").isTrue)
    found.push({
      rule: "kubernetes-fail-open",
      at: provider.get("failOpen"),
      message: "while the host is away every request passes undecided: remove failOpen",
    });
  const names = (key: string) =>
    provider
      .get(key)
      .texts()
      .map((name) => name.toLowerCase());
  const missing = headersLeft(identityHeaders, (name) =>
    names("headersToUpstreamOnAllow").some((pattern) => matches(pattern, name)),
  );
  if (missing.length > 0)
    found.push({
      rule: "kubernetes-identity-headers",
      at: provider.get("headersToUpstreamOnAllow"),
      message: `${clientsOwn(missing)}: list all of ${identityHeaders.join(", ")} in headersToUpstreamOnAllow`,
    });
  const asked = [
    ...names("includeRequestHeadersInCheck"),
    ...names("includeHeadersInCheck"),
    ...provider
      .get("includeAdditionalHeadersInCheck")
      .entries()
      .map(({ key }) => key.toLowerCase()),
  ];
  const isAsked = (name: string) => asked.some((pattern) => matches(pattern, name));
  found.push(...unaskedHeaders(provider, "includeRequestHeadersInCheck", isAsked));
  return found;
}

/** `x-a`, `x-*` or `*-a`, as Istio has them. */
function matches(pattern: string, name: string): boolean {
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return pattern.startsWith("*") ? name.endsWith(pattern.slice(1)) : name === pattern;
}

function observePolicy(object: KubernetesObject, isKnown: boolean): Observation[] {
  const { spec } = object;
  const found: Observation[] = portsLeftOut(object);
  if (!isKnown)
    found.push({
      rule: "kubernetes-gate-unseen",
      at: spec.get("provider"),
      message: `the provider ${spec.get("provider", "name").text} is of the mesh's configuration, which is not in this file, so nothing is known about what it asks: put the ConfigMap istio beside it`,
    });
  const rules = spec.get("rules");
  const narrow = rules.list().map(conditionOf);
  const first = narrow.find((condition) => condition !== undefined);
  if (first && narrow.every((condition) => condition !== undefined))
    found.push({
      rule: "kubernetes-gate-partial",
      at: first,
      message: "requests that this does not match pass undecided: write a bypass rule into the policy instead",
    });
  if (rules.list().length === 0)
    found.push({
      rule: "kubernetes-gate-partial",
      at: rules,
      message: "without a rule it is about no request: write rules: [{}]",
    });
  return found;
}

/**
 * Hosts that a gate is about only where no port is written behind them: Istio's routes take `app.example.com:1` for `app.example.com`,
 * and its policies compare the whole (istio.io, Security Best Practices).
 */
function portsLeftOut(object: KubernetesObject): Observation[] {
  if (isAbout({ object }, undefined)) return [];
  const patterns = object.spec
    .get("rules")
    .list()
    .flatMap((rule) => rule.get("to").list())
    .flatMap((to) => to.get("operation", "hosts").entries());
  const isCovered = (host: string) =>
    patterns.some(({ text = "" }) => text.endsWith("*") && `${host}:`.startsWith(text.slice(0, -1)));
  const bare = patterns.filter(({ text = "" }) => !text.endsWith("*"));
  const open = bare.find(({ text = "" }) => !isCovered(text.replace(/:\d*$/, "")));
  if (!open) return [];
  const host = open.text!.replace(/:\d*$/, "");
  const remedy = host.startsWith("*") ? "name each host, and" : "add";
  return [
    {
      rule: "kubernetes-gate-partial",
      at: open,
      message: `a client's Host with a port, as ${host.replace(/^\*/, "app")}:1, is another one to this rule and not to the route, so requests pass undecided: ${remedy} ${host.replace(/^\*\.?/, "app.")}:* beside it, or write rules: [{}] and a bypass rule into the policy`,
    },
  ];
}

/** What keeps requests from a rule, but for hosts, which `observeGateways` compares. */
function conditionOf(rule: Entry): Entry | undefined {
  const others = [rule.get("from"), rule.get("when")].find(({ exists }) => exists);
  const operations = rule
    .get("to")
    .list()
    .map((to) =>
      to
        .get("operation")
        .entries()
        .find(({ key }) => !/^(h|notH)osts$/.test(key)),
    );
  return others ?? (operations.every(Boolean) ? operations[0] : undefined);
}

/** Gateways that no gate is in, and hosts that no rule of a gate is about. */
function observeGateways(
  objects: readonly KubernetesObject[],
  gates: readonly Gate[],
  { portalHosts }: Site,
): Observation[] {
  const entrances: Entrance[] = [];
  const gateways = ofKind(objects, /^networking\.istio\.io$/, "Gateway");
  const found: Observation[] = [];
  for (const { spec, name } of gateways) {
    const servers = spec.get("servers").list();
    const through = servers.find((server) => /PASSTHROUGH$/.test(server.get("tls", "mode").text ?? ""));
    if (through)
      found.push({
        rule: "kubernetes-gate-partial",
        at: through.get("tls", "mode"),
        message: "what is passed through encrypted the gate cannot see: end TLS at the gateway",
      });
    if (servers.length > 0 && servers.every((server) => server.get("tls", "httpsRedirect").isTrue)) continue;
    const selector = spec.get("selector");
    const labels = labelsIn(selector);
    if (gates.some((gate) => mayPick(gate, labels))) continue;
    found.push(
      gates.length === 0
        ? {
            rule: "kubernetes-gate-unseen",
            at: selector,
            message: `no gate is in this file, so nothing is known about whether anything decides in ${name}: put the gate's object beside it, and run zerohop lint on both`,
          }
        : {
            rule: "kubernetes-gate-missing",
            at: selector,
            message: `no gate's selector picks the workloads of the Gateway ${name}, so requests pass undecided: give the gate the same labels`,
          },
    );
  }
  const services = ofKind(objects, /^networking\.istio\.io$/, "VirtualService");
  const named = Map.groupBy(gateways, ({ name }) => name);
  const comingIn = services.filter(
    ({ spec }) =>
      !spec
        .get("gateways")
        .texts()
        .every((gateway) => gateway === "mesh"),
  );
  if (comingIn.length === 0) found.push(...gates.flatMap(unseenHosts));
  for (const service of comingIn) {
    const bound = service.spec.get("gateways");
    const own = bound.texts().flatMap((text) => named.get(text.split("/").at(-1)!) ?? []);
    const picked = own.map(({ spec }) => labelsIn(spec.get("selector")));
    const before = gates.filter((gate) => own.length === 0 || picked.some((labels) => mayPick(gate, labels)));
    const hosts = service.spec.get("hosts");
    const isPortal = leadsToPortal(service);
    entrances.push({
      ...{ title: `the VirtualService ${service.name}`, at: hosts, names: hosts.texts() },
      ...{ isGated: (host) => before.some((gate) => isAbout(gate, host)), isPortal },
    });
    if (gates.length === 0) {
      if (own.length === 0)
        found.push({
          rule: "kubernetes-gate-unseen",
          at: bound,
          message: `neither the Gateway of ${service.name} nor a gate is in this file, so nothing is known about whether anything decides: put their objects into one file, and run zerohop lint on that`,
        });
    } else if (before.length > 0 && !isPortal) {
      const open = hosts.texts().find((host) => before.every((gate) => !isAbout(gate, host)));
      if (open !== undefined)
        found.push({
          rule: "kubernetes-gate-missing",
          at: hosts,
          message: `no rule of the gate's AuthorizationPolicy is about ${open}, so requests to it pass undecided: add it to hosts`,
        });
    }
  }
  found.push(...observePortalHosts(entrances, portalHosts));
  // Gateways of the Gateway API are named, and not picked by labels.
  const targeted = gates.flatMap(({ object }) => targetsOf(object).map((target) => nameOf(target, object)));
  if (targeted.length > 0)
    for (const gateway of ofKind(objects, /^gateway\.networking\.k8s\.io$/, "Gateway"))
      if (!targeted.includes(keyOf(gateway)))
        found.push({
          rule: "kubernetes-gate-missing",
          at: gateway.entry.get("metadata", "name"),
          message: `no gate targets the Gateway ${gateway.name}, so requests pass undecided: add it to targetRefs`,
        });
  return found;
}

/** What is said of a gate that is about some hosts, where nothing in view shows which others there are. */
function unseenHosts({ object }: Gate): Observation[] {
  const hosts = object.spec
    .get("rules")
    .list()
    .flatMap((rule) => rule.get("to").list())
    .map((to) => to.get("operation"))
    .flatMap((operation) => [operation.get("hosts"), operation.get("notHosts")])
    .find(({ exists }) => exists);
  if (!hosts || isAbout({ object }, undefined)) return [];
  return [
    {
      rule: "kubernetes-gate-unseen",
      at: hosts,
      message: `${object.name} is about some hosts only, and no VirtualService is in this file, so nothing is known about whether there are others, which pass undecided: put the Gateways and VirtualServices beside it`,
    },
  ];
}

/** Whether a gate may be in workloads with these labels: no label that both name differs. */
function mayPick({ labels }: Gate, others: Labels): boolean {
  return Object.entries(labels).every(([key, value]) => (others[key] ?? value) === value);
}

type Labels = Readonly<Record<string, string | undefined>>;

function labelsIn(selector: Entry): Labels {
  return Object.fromEntries(selector.entries().map(({ key, text }) => [key, text]));
}

/** Whether a gate is about requests to a host; without one, about those to every host. */
function isAbout({ object }: Pick<Gate, "object">, host: string | undefined): boolean {
  const rules = object.spec.get("rules").list();
  if (object.kind !== "AuthorizationPolicy") return true;
  return rules.some((rule) => {
    const operations = rule
      .get("to")
      .list()
      .map((to) => to.get("operation"));
    if (operations.length === 0) return true;
    return operations.some((operation) => {
      const [hosts, others] = [operation.get("hosts"), operation.get("notHosts")];
      if (host === undefined) return (!hosts.exists || hosts.texts().includes("*")) && !others.exists;
      const named = (list: Entry) => list.texts().some((pattern) => matches(pattern.replace(/:\*?\d*$/, ""), host));
      return (!hosts.exists || named(hosts)) && !(others.exists && named(others));
    });
  });
}

function leadsToPortal({ spec }: KubernetesObject): boolean {
  const targets = ["http", "tls", "tcp"]
    .flatMap((kind) => spec.get(kind).list())
    .flatMap((route) => route.get("route").list());
  return targets.every((target) => isPortalName((target.get("destination", "host").text ?? "").split(".")[0]!));
}
