// The dashboard and the documentation know every metric of the gate, and no other; the documentation has every log line.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gateMetrics } from "../../workshop/gate/gate-metrics.ts";

const root = join(import.meta.dirname, "..", "..");
const documentation = readFileSync(join(root, "docs", "observability.md"), "utf8");
const dashboard = JSON.parse(readFileSync(join(root, "deploy", "grafana", "zerohop.json"), "utf8"));

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const panels: readonly Panel[] = dashboard.panels;
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const namesIn = (text: string) => new Set(text.match(/\bzerohop_[a-z_]+\b(?=\{|`)/g));

test("the dashboard shows every metric of the gate", () => {
  const shown = namesIn(queries.join("\n"));
  for (const name of gateMetrics().keys()) expect(shown).toContain(name);
});

test("the dashboard shows no metric that is not documented", () => {
  const documented = namesIn(documentation);
  for (const name of namesIn(queries.join("\n"))) expect(documented).toContain(name.replace(/_bucket$/, ""));
});

test("the dashboard groups by labels that the metric has", () => {
  for (const [name, labels] of gateMetrics()) {
    for (const query of queries.filter((candidate) => candidate.includes(`${name}{`))) {
      const used = [...query.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list]) => list!.split(", "));
      for (const label of used) expect([...labels, "job", "instance"], query).toContain(label);
    }
  }
});

test("every metric of the gate is documented with its labels", () => {
  for (const [name, labels] of gateMetrics()) {
    const list = labels.map((label) => `\`${label}\``).join(", ");
    expect(documentation).toContain(`| \`${name}\` | ${list === "" ? "" : `${list} `}|`);
  }
});

test("every sentence that the gate logs is documented", () => {
  const folder = join(root, "assembly", "proxy-wasm");
  const files = [
    ...["edge/bundle-poller.ts", "edge/host-link.ts", "edge/inquiries.ts", "edge/protocol.ts"],
    ...["envoy/shared-bundle.ts", "nginx/variables.ts"],
  ].map((file) => readFileSync(join(folder, file), "utf8"));
  const sentences = files.flatMap((source) => [
    ...source.matchAll(/text\("((?:the host|fetched|took over|nginx)[^"]*)"\)/g),
  ]);
  expect(sentences.length).toBeGreaterThan(9);
  for (const [, sentence] of sentences) expect(documentation).toContain(sentence!.replaceAll("`", "'").trim());
  // Nothing else in that folder speaks, but for the configuration's complaints.
  const speakers = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && /\b(?:log|endLine|logLine)\(/.test(readFileSync(join(folder, file), "utf8")),
  );
  expect(speakers.sort()).toEqual([
    "abi/log.ts",
    "edge/bundle-poller.ts",
    "edge/host-link.ts",
    "edge/protocol.ts",
    "envoy/configure.ts",
    "nginx/configure.ts",
    "nginx/variables.ts",
  ]);
});
