// Envoy's configuration: a bootstrap, what a control plane would send, or one resource.
import { isMapping } from "../entry.ts";
import { type Kind, notUnderstood } from "../kind.ts";
import { applyRules, onlyTcp, unknown } from "../rule.ts";
import { readEnvoyConfig } from "./config.ts";
import { envoyRules } from "./rules.ts";

/** Top-level keys that only Envoy's configuration has. */
const keys =
  /^(static_?resources|dynamic_?resources|filter_?chains|virtual_?hosts|load_?assignment|resources|configs)$/i;

export const envoy: Kind = {
  ruleIds: envoyRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isEnvoy),

  lint(source, { site }) {
    const { file, text, documents } = source;
    const read = documents.filter(({ value }) => isEnvoy(value));
    if (read.length === 0)
      throw notUnderstood(file, "static_resources, filter_chains or other resource of Envoy in it");
    const configs = read.map((document) => readEnvoyConfig(document, site));
    const findings = configs.flatMap((config) => applyRules(envoyRules, config));
    if (configs.every(({ managers }) => managers.length === 0))
      findings.push(
        configs.some(({ tcpProxies }) => tcpProxies.length > 0)
          ? onlyTcp(file, "listener with a connection manager")
          : unknown(
              { file, line: 1, column: 1 },
              "there is no listener in it, so nothing is known about whether requests come to the gate: run zerohop lint on the file with the listeners",
            ),
      );
    return { findings, texts: new Map([[file, text]]) };
  },
};

function isEnvoy(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const isMarked = typeof value["@type"] === "string" && value["@type"].includes("envoy.");
  return isMarked || Object.keys(value).some((key) => keys.test(key));
}
