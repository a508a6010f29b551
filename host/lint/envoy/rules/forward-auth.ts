// Envoy with ext_authz.
import { Patterns } from "../../attack/pattern.ts";
import type { Entry } from "../../entry.ts";
import { clientsOwn, headersLeft } from "../../identity-headers.ts";
import { type Rule, wherever } from "../../rule.ts";
import type { EnvoyConfig } from "../config.ts";
import { extAuthz, headersRemovedBefore } from "../queries.ts";

export const forwardAuthRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-ext-authz-failure-mode",
    severity: "error",
    check: wherever(
      (config) => ofExtAuthz(config, "failure_mode_allow").filter(({ exists, isFalse }) => exists && !isFalse),
      "while the host is away every request passes undecided: set failure_mode_allow: false",
    ),
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
        const asked = prefix.text ?? "";
        if (!service.exists || /^\/api\/authz\/ext-authz(\/|$)/.test(asked)) continue;
        report(
          prefix.place(),
          /^\/api\/verify(\/|$)/.test(asked)
            ? "with a path behind it /api/verify is no endpoint, and its 404 keeps everybody out: set path_prefix: /api/authz/ext-authz"
            : "requests are asked about at pages of the portal, which answers 200 to everybody: set path_prefix: /api/authz/ext-authz",
        );
      }
    },
  },
  {
    id: "envoy-ext-authz-body",
    severity: "warning",
    check: wherever(
      (config) => ofExtAuthz(config, "with_request_body").filter(({ exists }) => exists),
      "bodies are held in memory and sent to the host, which has no use for them: remove with_request_body",
    ),
  },
  {
    id: "envoy-ext-authz-headers",
    severity: "error",
    check(config, report) {
      for (const manager of config.managers) {
        const index = manager.filters.findIndex(({ gate }) => gate === "ext_authz");
        if (index < 0 || manager.filters.some(({ gate }) => gate === "wasm")) continue;
        const removed = headersRemovedBefore(manager, index);
        const answered = manager.filters[index]!.config.get("http_service", "authorization_response");
        const missing = headersLeft(
          config.site.identityHeaders,
          (name) => removed.includes(name) || matchesAny(answered.get("allowed_upstream_headers"), name),
        );
        if (missing.length > 0)
          report(
            answered.exists ? answered.place() : manager.filters[index]!.entry.place(),
            `${clientsOwn(missing)}, for the host's is not taken over: list all of ${config.site.identityHeaders.join(", ")} in allowed_upstream_headers, or remove the client's with early_header_mutation_extensions`,
          );
      }
    },
  },
  {
    id: "envoy-ext-authz-question",
    severity: "warning",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const service = filter.get("http_service");
        const request = service.get("authorization_request");
        const added = request
          .get("headers_to_add")
          .list()
          .map((header) => (header.get("key").text ?? header.get("header", "key").text ?? "").toLowerCase());
        const missing = ["Cookie", "X-Forwarded-For", "X-Forwarded-Proto"].filter(
          (name) =>
            !added.includes(name.toLowerCase()) &&
            !matchesAny(filter.get("allowed_headers"), name.toLowerCase()) &&
            !matchesAny(request.get("allowed_headers"), name.toLowerCase()),
        );
        if (service.exists && missing.length > 0)
          report(
            request.exists ? request.place() : service.place(),
            `the host does not get ${missing.join(", ")}, so it knows no session, or no address for rules with networks: add to allowed_headers, or to headers_to_add`,
          );
      }
    },
  },
];

function ofExtAuthz(config: EnvoyConfig, key: string): Entry[] {
  return extAuthz(config).map((filter) => filter.config.get(key));
}

/** Whether one of the patterns of a ListStringMatcher matches a header's name, given in lower case. */
function matchesAny(list: Entry, name: string): boolean {
  const patterns = new Patterns();
  return list
    .get("patterns")
    .list()
    .some((pattern) => {
      const text = (key: string) => pattern.get(key).text?.toLowerCase();
      const regex = pattern.get("safe_regex", "regex").text;
      return (
        text("exact") === name ||
        (text("prefix") !== undefined && name.startsWith(text("prefix")!)) ||
        (text("suffix") !== undefined && name.endsWith(text("suffix")!)) ||
        (text("contains") !== undefined && name.includes(text("contains")!)) ||
        (regex !== undefined && patterns.test(`^(?:${regex})$`, name, true) === true)
      );
    });
}

/** Whether a FractionalPercent is all of it. */
function isWhole(percent: Entry): boolean {
  const { text } = percent.get("denominator");
  const whole = { TEN_THOUSAND: 10_000, MILLION: 1_000_000, 1: 10_000, 2: 1_000_000 }[text ?? ""] ?? 100;
  return percent.get("numerator").number >= whole;
}
