// Envoy with ext_authz.
import type { Entry } from "../../entry.ts";
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
    id: "envoy-ext-authz-skipped",
    severity: "error",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const metadata = filter.get("filter_enabled_metadata");
        const enabled = filter.get("filter_enabled", "default_value");
        const isDeniedInstead = filter.get("deny_at_disable", "default_value").isTrue;
        if (metadata.exists)
          report(
            metadata.place(),
            "requests without this metadata pass undecided: remove filter_enabled_metadata, and write a bypass rule into the policy instead",
          );
        if (enabled.exists && !isDeniedInstead && !isWhole(enabled))
          report(
            enabled.place(),
            "a part of the requests passes undecided: remove filter_enabled, or make it 100 of HUNDRED",
          );
      }
    },
  },
  {
    id: "envoy-ext-authz-endpoint",
    severity: "error",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const service = filter.get("http_service");
        const prefix = service.get("path_prefix");
        if (service.exists && !/^\/api\/(authz\/ext-authz|verify)(\/|$)/.test(prefix.text ?? ""))
          report(
            prefix.place(),
            "requests are asked about at pages of the portal, which answers 200 to everybody: set path_prefix: /api/authz/ext-authz",
          );
      }
    },
  },
  {
    id: "envoy-ext-authz-body",
    severity: "warning",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const body = filter.get("with_request_body");
        if (body.exists)
          report(
            body.place(),
            "bodies are held in memory and sent to the host, which has no use for them: remove with_request_body",
          );
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

/** Whether a FractionalPercent is all of it. */
function isWhole(percent: Entry): boolean {
  const { text } = percent.get("denominator");
  const whole = { TEN_THOUSAND: 10_000, MILLION: 1_000_000, 1: 10_000, 2: 1_000_000 }[text ?? ""] ?? 100;
  return percent.get("numerator").number >= whole;
}
