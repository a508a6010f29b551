// Envoy with ext_authz.
import { clientsOwn, identityHeadersLeft } from "../../identity-headers.ts";
import type { Rule } from "../../rule.ts";
import type { EnvoyConfig } from "../config.ts";
import { extAuthz, headersRemovedBefore } from "../queries.ts";

export const forwardAuthRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-ext-authz-failure-mode",
    severity: "error",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const field = filter.get("failure_mode_allow");
        if (field.exists && !field.isFalse)
          report(field.place(), "while the host is away every request passes undecided: set failure_mode_allow: false");
      }
    },
  },
  {
    id: "envoy-ext-authz-headers",
    severity: "error",
    check(config, report) {
      for (const manager of config.managers) {
        const index = manager.filters.findIndex(({ gate }) => gate === "ext_authz");
        if (index < 0 || manager.filters.some(({ gate }) => gate === "wasm")) continue;
        const removed = headersRemovedBefore(manager, index);
        const missing = identityHeadersLeft((name) => removed.includes(name));
        if (missing.length > 0)
          report(
            manager.filters[index]!.entry.place(),
            `where the policy lets anybody in, ${clientsOwn(missing)}: remove them with early_header_mutation_extensions, or a header_mutation filter before this one`,
          );
      }
    },
  },
];
