// The module's configuration in an object: what makes a module ours, and what it needs.
import type { Entry } from "../entry.ts";
import type { Observation } from "./observation.ts";

export function isOurModule(config: Entry, words: readonly Entry[]): boolean {
  return (
    config.get("root_keys").written ||
    words.some(({ text }) => text !== undefined && /zerohop|\bgate\.wasm$/i.test(text))
  );
}

/** Without these the module answers every request with 503; the edge token may be in a variable instead. */
const needed = ["root_keys", "edge_token", "host_cluster"];

/** `variables`: of the proxy's environment those that the module may see. */
export function observePluginConfig(config: Entry, module: Entry, variables: readonly Entry[]): Observation[] {
  const isGiven = (key: string) =>
    config.get(key).exists && config.get(key).entries().length + (config.get(key).text ?? "").length > 0;
  const variable = config.get("edge_token_variable");
  const missing = needed.filter((key) => !isGiven(key) && !(key === "edge_token" && variable.exists));
  const rule = "kubernetes-plugin-config";
  if (missing.length > 0) {
    const message = `the module gets no ${missing.join(", ")} and answers 503: copy what zerohop gate config prints`;
    return [{ rule, at: config.exists ? config : module, message }];
  }
  if (!variable.exists || variables.some(({ text }) => text === variable.text)) return [];
  const message = `the module may not see ${variable.text}, and answers 503: name it in vmConfig.env with valueFrom: HOST (Istio), or in env.hostKeys (Envoy Gateway)`;
  return [{ rule, at: variable, message }];
}
