// The Kubernetes objects in deploy/: as the CRDs want them, failing closed, with a configuration that the gate takes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { gateFile, hostCluster, rootKey, startWith } from "../../gate/gate.ts";
import { crdSchemas } from "./crd-schemas.ts";

const deploy = join(import.meta.dirname, "..", "..", "..", "deploy");
const ajv = new Ajv({ allErrors: true, strictTypes: false });

/** Parsed YAML whose shape the schemas tell. */
// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object
type KubernetesObject = any;

function objectsOf(file: string): KubernetesObject[] {
  return parseAllDocuments(readFileSync(join(deploy, file), "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

/** What a schema has against an object. */
function mistakesIn(object: KubernetesObject): string[] {
  const validate = ajv.compile(crdSchemas[object.kind]!);
  validate(object);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const istio = "istio/wasm-plugin.yaml";
const gateway = "envoy-gateway/envoy-extension-policy.yaml";

describe.each([
  [istio, ["WasmPlugin"]],
  [gateway, ["EnvoyExtensionPolicy", "ClientTrafficPolicy"]],
])("deploy/%s", (file, kinds) => {
  test("has the objects that it promises, each as its CRD wants it", () => {
    const objects = objectsOf(file);
    expect(objects.map(({ kind }) => kind)).toEqual(kinds);
    for (const object of objects) expect(mistakesIn(object)).toEqual([]);
  });
});

test("a misspelt member, an unknown value and a wrong digest are found", () => {
  const [plugin] = objectsOf(istio);
  for (const change of [{ failStrategie: "FAIL_OPEN" }, { failStrategy: "fail_reload" }, { sha256: "0" }, { url: "" }])
    expect(mistakesIn({ ...plugin, spec: { ...plugin.spec, ...change } })).not.toEqual([]);
  const [policy] = objectsOf(gateway);
  policy.spec.wasm[0].code.type = "HTTP";
  expect(mistakesIn(policy)).not.toEqual([]);
});

describe("a gate in Kubernetes", () => {
  const [plugin] = objectsOf(istio);
  const [policy, traffic] = objectsOf(gateway);

  test("fails closed", () => {
    expect(plugin.spec.failStrategy).toBe("FAIL_RELOAD");
    expect(policy.spec.wasm[0].failOpen).toBe(false);
    expect(traffic.spec.headers.withUnderscoresAction).toBe("DropHeader");
    expect(traffic.spec.path.escapedSlashesAction).toBe("KeepUnchanged");
  });

  test.each([
    ["Istio", plugin.spec.pluginConfig],
    ["Envoy Gateway", policy.spec.wasm[0].config],
  ])("takes the configuration of %s once it has keys", (_, config) => {
    const root_keys = [{ kid: rootKey.kid, x: rootKey.x }];
    const gate = startWith(
      { ...config, root_keys },
      { filter: gateFile, clusters: [hostCluster, config.host_cluster] },
    );
    gate.advance(200);
    expect(gate.log.filter(({ level }) => level === "critical")).toEqual([]);
    expect(gate.calls.oldest.cluster).toBe(config.host_cluster);
  });
});
