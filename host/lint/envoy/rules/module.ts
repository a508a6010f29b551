// Envoy: the module runs, and fails closed.
import { networksOutside } from "../../address.ts";
import { type Rule, wherever } from "../../rule.ts";
import { unknownProxies } from "../../site.ts";
import { type EnvoyConfig, isOneOf } from "../config.ts";
import { ofPlugins, pluginOf, wasmGates } from "../queries.ts";

export const moduleRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-fail-open",
    severity: "error",
    check(config, report) {
      for (const plugin of ofPlugins(config)) {
        const policy = plugin.get("failure_policy");
        const old = plugin.get("fail_open");
        if (isOneOf(policy, { FAIL_OPEN: 3 }))
          report(
            policy.place(),
            "after one failure of the module every request passes undecided: set failure_policy: FAIL_RELOAD",
          );
        if (old.isTrue)
          report(
            old.place(),
            "after one failure of the module every request passes undecided: remove fail_open, set failure_policy: FAIL_RELOAD",
          );
      }
    },
  },
  {
    id: "envoy-stop-iteration",
    severity: "error",
    check: wherever(
      (config) => ofPlugins(config, "allow_on_headers_stop_iteration").filter(({ isTrue }) => isTrue),
      "a request that the gate holds for the host goes on undecided as soon as its body comes: remove allow_on_headers_stop_iteration",
    ),
  },
  {
    id: "envoy-fail-closed",
    severity: "warning",
    check: wherever(
      (config) =>
        ofPlugins(config)
          .filter((plugin) => !plugin.get("fail_open").isTrue)
          .map((plugin) => plugin.get("failure_policy"))
          .filter((policy) => !isOneOf(policy, { FAIL_RELOAD: 1, FAIL_OPEN: 3 })),
      "after one failure of the module this worker answers 503 until Envoy restarts: set failure_policy: FAIL_RELOAD",
    ),
  },
  {
    id: "envoy-wasm-runtime",
    severity: "warning",
    check: wherever(
      (config) =>
        ofPlugins(config, "vm_config", "runtime").filter(
          ({ exists, text }) => exists && text !== "envoy.wasm.runtime.v8",
        ),
      "the gate is tested on V8 only, and Envoy's official builds have no other runtime: set runtime: envoy.wasm.runtime.v8",
    ),
  },
  {
    id: "envoy-shared-vm",
    severity: "error",
    check(config, report) {
      const first = new Map<string, string>();
      for (const gate of wasmGates(config)) {
        const id = pluginOf(gate).get("vm_config", "vm_id");
        const text = first.get(id.text ?? "");
        if (text === undefined) first.set(id.text ?? "", gate.pluginText);
        else if (text !== gate.pluginText)
          report(
            id.place(),
            "two gates with different configurations share a vm_id and so their bundle: give each its own vm_id",
          );
      }
    },
  },
  {
    id: "envoy-host-cluster",
    severity: "error",
    check(config, report) {
      for (const { filter, plugin } of wasmGates(config)) {
        const name = plugin?.host_cluster;
        if (config.knowsClusters && typeof name === "string" && !config.clusters.has(name))
          report(
            filter.config.get("config", "configuration").place(),
            `host_cluster ${JSON.stringify(name)} is no cluster of this file, so no bundle and no logout reaches the gate: add the cluster, or name another`,
          );
      }
    },
  },
  {
    id: "envoy-unknown-proxies",
    severity: "warning",
    check(config, report) {
      const wanted = config.site.trustedProxies?.gate ?? [];
      for (const { filter, plugin } of wasmGates(config)) {
        const trusted = Array.isArray(plugin?.trusted_proxies) ? plugin.trusted_proxies.map(String) : [];
        const unknown = networksOutside(wanted, trusted);
        if (plugin && unknown.length > 0)
          report(filter.config.get("config", "configuration").place(), unknownProxies(unknown));
      }
    },
  },
  {
    id: "envoy-edge-token-readable",
    severity: "warning",
    check(config, report) {
      for (const { filter, plugin } of wasmGates(config))
        if (config.readableByAll && typeof plugin?.edge_token === "string")
          report(
            filter.config.get("config", "configuration").place(),
            "every user of this machine can read the file and the edge token in it: chmod o-r, and make another token",
          );
    },
  },
];
