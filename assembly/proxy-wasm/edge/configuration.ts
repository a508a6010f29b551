// What a plugin configuration says, as a value.
import { Network } from "../../core/policy/network";
import { PublicKey } from "../../core/session/public-key";
import { Region } from "../../memory/region";

/** Which requests the access log is told about; in the order of the words in a configuration. */
export const enum AccessLog {
  Refused,
  All,
  Off,
}

/** What a configuration says of cookies of a session's name in applications' responses. */
export const enum SessionSetCookies {
  Unmentioned,
  Pass,
  Dropped,
}


@unmanaged
export class Configuration {
  /** Where the values live; none when no configuration has come. */
  region: Region | null;
  /** The configuration as it came, to tell a repetition from a change. Address 0 when none is in force. */
  sourceAt: usize;
  sourceLength: i32;
  /** The public halves of the keys that sign bundles. */
  rootKeys: PublicKey | null;
  /** The cluster that reaches the host; length 0 when the gate lives on its inline bundle alone. */
  clusterAt: usize;
  clusterLength: i32;
  /** Whether calls have to say that they go over TLS. */
  isSecure: bool;
  /** The `:authority` of calls to the host. */
  authorityAt: usize;
  authorityLength: i32;
  /** What the gate shows the host. */
  edgeTokenAt: usize;
  edgeTokenLength: i32;
  /** The environment variable that has it, where the configuration does not. */
  edgeTokenVariableAt: usize;
  edgeTokenVariableLength: i32;
  /** The proxies whose X-Forwarded-For is believed, besides this one. */
  trustedProxies: Network | null;
  accessLog: AccessLog;
  sessionSetCookies: SessionSetCookies;
  /** The age in seconds at which a bundle is no longer believed; 0 for never. */
  maxStale: i64;
  /** What the session cache takes at most. */
  cacheBytes: i64;
}

/** Makes a configuration say nothing, and gives the memory of its values back. */
export function clearConfiguration(configuration: Configuration): void {
  const region = configuration.region;
  if (region) region.free();
  memory.fill(changetype<usize>(configuration), 0, offsetof<Configuration>());
}

/** Whether a configuration is in force. */
export function isInForce(configuration: Configuration): bool {
  return configuration.sourceAt != 0;
}

/** Whether a configuration is in force whose bundle comes from a host. */
export function hasHost(configuration: Configuration): bool {
  return isInForce(configuration) && configuration.clusterLength > 0;
}
