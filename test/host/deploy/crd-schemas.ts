// What the CRDs say of the members that our Kubernetes objects use, in our own words. Stricter than a cluster: a member that is
// not here is a mistake. test/kubernetes/cluster.test.ts asks the CRDs themselves, in a real API server.
//
// WasmPlugin: istio/api, kubernetes/customresourcedefinitions.gen.yaml. EnvoyExtensionPolicy and ClientTrafficPolicy:
// envoyproxy/gateway, api/v1alpha1 (wasm_types.go, envoyextensionpolicy_types.go, clienttrafficpolicy_types.go).

const name = { type: "string", minLength: 1, maxLength: 253 } as const;
const digest = { type: "string", pattern: "^[a-f0-9]{64}$" } as const;
const anything = { type: "object" } as const;

function object(properties: object, required: readonly string[] = []) {
  return { type: "object", properties, required, additionalProperties: false };
}

function resource(apiVersion: string, kind: string, spec: object) {
  const metadata = object({ name, namespace: name }, ["name"]);
  return object({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, spec }, [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
  ]);
}

const targetRefs = {
  type: "array",
  minItems: 1,
  maxItems: 16,
  items: object({ group: { type: "string" }, kind: name, name, sectionName: name }, ["group", "kind", "name"]),
};

const wasmPlugin = object(
  {
    selector: object({ matchLabels: { type: "object", additionalProperties: { type: "string", maxLength: 63 } } }),
    url: { type: "string", pattern: "^(oci|https?|file)://." },
    sha256: digest,
    imagePullPolicy: { enum: ["UNSPECIFIED_POLICY", "IfNotPresent", "Always"] },
    imagePullSecret: name,
    phase: { enum: ["UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"] },
    type: { enum: ["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"] },
    priority: { type: ["integer", "null"] },
    failStrategy: { enum: ["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"] },
    pluginName: { type: "string", minLength: 1, maxLength: 256 },
    pluginConfig: anything,
  },
  ["url"],
);

const wasmCode = {
  ...object(
    {
      type: { enum: ["HTTP", "Image"] },
      http: object({ url: { type: "string" }, sha256: digest }, ["url"]),
      image: object({ url: { type: "string" }, sha256: digest, pullSecretRef: anything }, ["url"]),
      pullPolicy: { enum: ["IfNotPresent", "Always"] },
    },
    ["type"],
  ),
  oneOf: [
    { properties: { type: { const: "HTTP" } }, required: ["http"], not: { required: ["image"] } },
    { properties: { type: { const: "Image" } }, required: ["image"], not: { required: ["http"] } },
  ],
};

const envoyExtensionPolicy = object(
  {
    targetRefs,
    wasm: {
      type: "array",
      maxItems: 16,
      items: object(
        {
          name: { type: "string" },
          rootID: { type: "string" },
          code: wasmCode,
          config: {},
          failOpen: { type: "boolean" },
        },
        ["code"],
      ),
    },
  },
  ["targetRefs"],
);

const clientTrafficPolicy = object(
  {
    targetRefs,
    path: object({
      escapedSlashesAction: { enum: ["KeepUnchanged", "RejectRequest", "UnescapeAndForward", "UnescapeAndRedirect"] },
      disableMergeSlashes: { type: "boolean" },
    }),
    headers: object({
      withUnderscoresAction: { enum: ["Allow", "RejectRequest", "DropHeader"] },
      earlyRequestHeaders: object({ remove: { type: "array", maxItems: 64, items: { type: "string" } } }),
    }),
    tls: object({ minVersion: { enum: ["Auto", "1.0", "1.1", "1.2", "1.3"] } }),
  },
  ["targetRefs"],
);

const gatewayGroup = "gateway.envoyproxy.io/v1alpha1";

/** By kind. */
export const crdSchemas: Readonly<Record<string, object>> = {
  WasmPlugin: resource("extensions.istio.io/v1alpha1", "WasmPlugin", wasmPlugin),
  EnvoyExtensionPolicy: resource(gatewayGroup, "EnvoyExtensionPolicy", envoyExtensionPolicy),
  ClientTrafficPolicy: resource(gatewayGroup, "ClientTrafficPolicy", clientTrafficPolicy),
};
