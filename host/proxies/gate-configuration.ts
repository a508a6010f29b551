// What a gate is configured with, wherever it runs: `zerohop proxy` writes it, and `zerohop gate config` prints it.
import type { GateConfig } from "../gates/edge/config.ts";
import type { Gate, GateOptions } from "./front.ts";

/** How old a bundle a gate may decide with when the host is away. Seconds. */
const maxStale = 3600;

/** By what a proxy knows the Zerohop hosts, where it goes by names of its own. */
export const hostCluster = "zerohop_host";

/** Where the plugin for Traefik sees the folder of the bundle file. */
export const bundleFolder = "/zerohop";
/** The same of the folder in which it notes the sessions that are used. */
export const renewalsFolder = "/renewals";

/** As the host's configuration has them; `networks` are those of the proxies in front of the gate's own. */
export function gateOptions({ accessLog, cacheMegabytes }: GateConfig, networks: readonly string[]): GateOptions {
  return {
    max_stale: maxStale,
    ...(networks.length > 0 && { trusted_proxies: networks }),
    ...(cacheMegabytes !== undefined && { cache_bytes: cacheMegabytes * 2 ** 20 }),
    ...(accessLog !== "refused" && { access_log: accessLog }),
  };
}

/** `cluster`: by what the gate's host program knows the Zerohop hosts. */
export function gateConfiguration(gate: Gate, cluster: string): object {
  return {
    root_keys: rootKeysOf(gate),
    edge_token: gate.edgeToken ?? "EDGE_TOKEN",
    host_cluster: cluster,
    host_authority: gate.authority,
    ...gate.options,
    ...(gate.dropsSessionSetCookie && { drop_session_set_cookie: true }),
  };
}

/** A place is left where there are none. */
export function rootKeysOf({ rootKeys }: Pick<Gate, "rootKeys">): NonNullable<Gate["rootKeys"]> {
  return rootKeys ?? [{ kid: "KID", x: "PUBLIC_KEY" }];
}
