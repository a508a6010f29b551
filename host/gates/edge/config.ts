// What the config says of the gates, for their plugin configuration.
import type { Network } from "../../kit/config/network.ts";

/** Which requests a gate logs. */
export const accessLogs = ["refused", "all", "off"] as const;
export type AccessLog = (typeof accessLogs)[number];

export interface GateConfig {
  readonly trustedProxies: readonly Network[];
  readonly accessLog: AccessLog;
  /** Whether a gate in Envoy takes cookies of a session's name out of the applications' responses. */
  readonly dropSessionSetCookie: boolean;
}
