// What a gate is configured with, wherever it runs.
import type { Gate } from "./front.ts";

/** `cluster`: by what the gate's host program knows the Zerohop hosts. Places are left where there are no keys and no token. */
export function gateConfiguration({ rootKeys, edgeToken, authority, options }: Gate, cluster: string): object {
  return {
    root_keys: rootKeys ?? [{ kid: "KID", x: "PUBLIC_KEY" }],
    edge_token: edgeToken ?? "EDGE_TOKEN",
    host_cluster: cluster,
    host_authority: authority,
    ...options,
  };
}
