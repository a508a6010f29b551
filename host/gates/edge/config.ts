// The section `gate`: what goes into the plugin configuration of gates.
import { type Network, networks } from "../../kit/config/network.ts";
import { configSection } from "../../kit/config/section.ts";
import { flag, oneOf, optionalWholeNumber } from "../../kit/config/values.ts";
import { section } from "../../kit/yaml/schema.ts";

/** Which requests a gate logs. */
const accessLogs = ["refused", "all", "off"] as const;
type AccessLog = (typeof accessLogs)[number];

export interface GateConfig {
  readonly trustedProxies: readonly Network[];
  readonly accessLog: AccessLog;
  /** Whether a gate in Envoy takes cookies of a session's name out of the applications' responses. */
  readonly dropSessionSetCookie: boolean;
  /** What a gate's session cache may take, on each worker. Undefined for the gate's own. */
  readonly cacheMegabytes: number | undefined;
}

export const gateSection = configSection({
  keys: {
    gate: section({
      trusted_proxies: networks.default([]),
      access_log: oneOf(accessLogs).prefault("refused"),
      drop_session_set_cookie: flag(false),
      cache_megabytes: optionalWholeNumber(1, 256),
    }),
  },
  config: ({ gate }): GateConfig => ({
    trustedProxies: gate.trusted_proxies,
    accessLog: gate.access_log,
    dropSessionSetCookie: gate.drop_session_set_cookie,
    cacheMegabytes: gate.cache_megabytes,
  }),
});
