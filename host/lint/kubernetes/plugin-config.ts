// The module's configuration in an object: what makes a module ours, and what it needs.
import type { Entry } from "../entry.ts";
import type { Observation } from "./observation.ts";

export function isOurModule(config: Entry, words: readonly Entry[]): boolean {
  return (
    config.get("root_keys").written ||
    words.some(({ text }) => text !== undefined && /zerohop|\bgate\.wasm$/i.test(text))
  );
}

/** Without these the module answers every request with 503. */
const needed = ["root_keys", "edge_token", "host_cluster"];

export function observePluginConfig(config: Entry, module: Entry): Observation[] {
  const missing = needed.filter(
    (key) => !config.get(key).exists || config.get(key).entries().length + (config.get(key).text ?? "").length === 0,
  );
  if (missing.length === 0) return [];
  return [
    {
      rule: "kubernetes-plugin-config",
      at: config.exists ? config : module,
      message: `the module gets no ${missing.join(", ")} and answers 503: copy what zerohop gate config prints`,
    },
  ];
}
