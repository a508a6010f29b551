// Envoy's configuration: a bootstrap, what a control plane would send, or one resource.
import { isMapping } from "../entry.ts";
import { type Kind, notUnderstood } from "../kind.ts";
import { applyRules } from "../rule.ts";
import { readEnvoyConfig } from "./config.ts";
import { envoyRules } from "./rules.ts";

/** Top-level keys that only Envoy's configuration has. */
const keys =
  /^(static_?resources|dynamic_?resources|filter_?chains|virtual_?hosts|load_?assignment|resources|configs)$/i;

export const envoy: Kind = {
  ruleIds: envoyRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isEnvoy),

  lint(source) {
    const { file, text, documents } = source;
    const read = documents.filter(({ value }) => isEnvoy(value));
    if (read.length === 0)
      throw notUnderstood(file, "static_resources, filter_chains or other resource of Envoy in it");
    const findings = read.flatMap((document) => applyRules(envoyRules, readEnvoyConfig(document)));
    return { findings, texts: new Map([[file, text]]) };
  },
};

function isEnvoy(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const isMarked = typeof value["@type"] === "string" && value["@type"].includes("envoy.");
  return isMarked || Object.keys(value).some((key) => keys.test(key));
}
