// values.schema.json of the Helm chart: what values.yaml may say, with every key of zerohop.yml below `config`.

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const name = { type: "string", pattern: "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$", maxLength: 253 };
const flag = { type: "boolean" };
const mapping = { type: "object" };
const texts = { type: "object", additionalProperties: text };
const listOf = (items: Schema) => ({ type: "array", items });
const amount = (minimum: number, maximum?: number) => ({
  ...{ type: "integer", minimum },
  ...(maximum === undefined ? {} : { maximum }),
});

function object(properties: Schema, required: readonly string[] = []): Schema {
  return { type: "object", properties, additionalProperties: false, ...(required.length > 0 && { required }) };
}

const secretKey = object({ name: { ...name, minLength: 1 }, key: { ...text, minLength: 1 } }, ["name", "key"]);

const image = object({
  ...{ repository: { ...text, minLength: 1 }, tag: text },
  digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
  ...{ pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] }, pullSecrets: listOf(mapping) },
});

const gateway = object({
  ...{ kind: { enum: ["", "istio", "envoy-gateway"] }, namespace: name, proxyNamespace: name },
  ...{ selector: texts, name, istioGateway: { type: "string", pattern: "^([^/]+/[^/]+)?$" }, route: flag },
});

const gate = object({
  ...{ enabled: flag, image: text, pullSecret: name },
  rootKeys: listOf(object({ kid: text, x: text }, ["kid", "x"])),
  edgeTokenVariable: { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$" },
  ...{ maxStale: amount(0), options: mapping, hardenGateway: flag },
});

interface ConfigurationSchema extends Schema {
  readonly $schema: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Schema>>;
}

/** Helm's expressions are RE2's, which does not look around. What such a one would find, the host's own check does. */
function withoutLooks(key: string, value: unknown): unknown {
  return key === "pattern" && typeof value === "string" && /\(\?[=!<]/.test(value) ? undefined : value;
}

/** A secret, which `KEY_file` beside it tells, comes from a Secret: all of `config` is in a ConfigMap, where it may name a file or a variable. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (key !== "properties") return value;
  const properties = value as Readonly<Record<string, Schema>>;
  const isSecret = (name: string) =>
    properties[`${name}_file`]?.description === `The file that \`${name}\` is read from.`;
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      isSecret(name) ? { description: schema.description, type: schema.type, pattern: reference } : schema,
    ]),
  );
}

/** What stands for a file or a variable in any value. */
const reference = "^(file:.+|\\$\\{[A-Za-z_][A-Za-z0-9_]*\\})$";

/** `configuration` is docs/zerohop.schema.json, of which the chart itself gives the database's file. */
export function helmValuesSchema(configuration: string): string {
  const {
    $schema,
    title: _,
    required,
    properties,
    ...config
  }: ConfigurationSchema = JSON.parse(configuration, (key, value) => withoutSecrets(key, withoutLooks(key, value)));
  const { oneOf: __, ...storage } = properties.storage!;
  const values = {
    global: mapping,
    ...{ image, replicas: amount(0, 100) },
    config: {
      ...config,
      properties: { ...properties, storage },
      required: required.filter((key) => key !== "storage"),
    },
    secrets: { type: "object", additionalProperties: secretKey },
    users: object({ secret: name, writable: flag }),
    persistence: object({
      ...{ size: { type: "string", pattern: "^[0-9.]+[EPTGMk]i?$" }, storageClass: name },
      ...{ accessModes: listOf(text), existingClaim: name },
    }),
    tls: object({ secret: name, authority: name }),
    service: object({ port: amount(1, 65_535), annotations: texts }),
    ...{ gateway, gate },
    serviceAccount: object({ name, annotations: texts }),
    podDisruptionBudget: object({ enabled: flag, maxUnavailable: { type: ["integer", "string"] } }),
    networkPolicy: object({
      ...{ enabled: flag, from: listOf(mapping), monitoring: listOf(mapping), egress: listOf(mapping) },
    }),
    serviceMonitor: object({
      enabled: flag,
      interval: { type: "string", pattern: "^[0-9]+(ms|s|m|h)$" },
      labels: texts,
    }),
    check: object({ enabled: flag }),
    ...{ resources: mapping, podAnnotations: texts, podLabels: texts, nodeSelector: texts },
    ...{ tolerations: listOf(mapping), affinity: mapping, topologySpreadConstraints: listOf(mapping) },
    ...{ priorityClassName: text, extraVolumes: listOf(mapping), extraVolumeMounts: listOf(mapping) },
    extraEnv: listOf(mapping),
  };
  const schema = { $schema, title: "Values of Zerohop's Helm chart", ...object(values, ["config", "secrets"]) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
