// The names under which Prometheus gets the gate's metrics: those of assembly/proxy-wasm/edge/metrics.ts, with the labels that
// deploy/envoy/envoy.yaml makes of their parts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..");

/** The names of labels by the name of the metric. */
export function gateMetrics(): Map<string, readonly string[]> {
  const source = readFileSync(join(root, "assembly", "proxy-wasm", "edge", "metrics.ts"), "utf8");
  const nameOf = source.slice(source.indexOf("function nameOf("), source.indexOf("export function nameOfOutcome("));
  const counters = [...nameOf.matchAll(/return text\("([^"]+)"\)/g)].map(([, name]) => name!);
  const metrics = new Map<string, readonly string[]>();
  for (const counter of [...counters, "decisions.allow.bypass"]) {
    const [name, labels] = tagged(`wasmcustom.zerohop.${counter}`);
    metrics.set(name, labels);
  }
  return metrics;
}

/** As Envoy does it: of a tag's regex the first group is taken out of the name, the second is the value. */
function tagged(stat: string): readonly [name: string, labels: readonly string[]] {
  const { stats_config: config } = parse(readFileSync(join(root, "deploy", "envoy", "envoy.yaml"), "utf8"));
  let name = stat;
  const labels: string[] = [];
  for (const { tag_name: label, regex } of config.stats_tags) {
    const found = new RegExp(regex).exec(stat);
    if (!found) continue;
    labels.push(label);
    name = name.replace(found[1]!, "");
  }
  return [name.replace("wasmcustom.", "").replaceAll(".", "_"), labels];
}
