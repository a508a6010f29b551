// The Helm chart's values: what values.yaml and the shipped variants say is what values.schema.json takes, and the other way round. What
// helm makes of them is in test/kubernetes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..", "..");
const chart = join(root, "deploy", "helm", "zerohop");
const read = (file: string) => readFileSync(join(chart, file), "utf8");

type Tree = Readonly<Record<string, unknown>>;

const schema = JSON.parse(read("values.schema.json"));
const defaults: Tree = parse(read("values.yaml"));
const variants = readdirSync(join(chart, "ci"));
const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);

const isMapping = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** As helm lays values over the chart's own. */
function over(below: Tree, above: Tree): Tree {
  const joined = Object.entries(above).map(([key, value]) => {
    const there = below[key];
    return [key, isMapping(there) && isMapping(value) ? over(there, value) : value];
  });
  return { ...below, ...Object.fromEntries(joined) };
}

function mistakesIn(values: Tree): string[] {
  validate(over(defaults, values));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test.each(variants)("the schema takes %s", (variant) => {
  expect(mistakesIn(parse(read(`ci/${variant}`)))).toEqual([]);
});

test("the schema refuses what is misspelt or of another kind, in the chart's values and in zerohop.yml", () => {
  const good: Tree = parse(read("ci/istio-sqlite-values.yaml"));
  for (const change of [
    { replica: 1 },
    { replicas: "2" },
    { gateway: { kind: "nginx" } },
    { gate: { rootKeys: [{ kid: "k" }] } },
    { secrets: { "metrics.token": { name: "zerohop" } } },
    { config: { sessions: {} } },
    { config: { access_control: { default_policy: "allow" } } },
    { config: { session: { cookies: [{ domain: "example.com" }] } } },
  ])
    expect([change, mistakesIn(over(good, change))]).not.toEqual([change, []]);
});

test("values.yaml names each value that the schema knows, with its default", () => {
  const own = (properties: Tree) => Object.keys(properties).toSorted();
  const { global: _, ...known } = schema.properties;
  expect(own(defaults)).toEqual(own(known));
  for (const [key, { properties }] of Object.entries<{ properties?: Tree }>(known))
    if (properties && key !== "config") expect([key, own(defaults[key] as Tree)]).toEqual([key, own(properties)]);
});

test("the schema has no expression that Helm's does not know", () => {
  expect(read("values.schema.json")).not.toMatch(/\(\?[=!<]/);
});

test("the chart is of the package's version", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(parse(read("Chart.yaml"))).toMatchObject({ version, appVersion: version });
});
