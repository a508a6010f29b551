// Prints the plugin configuration of a gate. Each call makes another edge token; those made before stay valid. Traefik's plugin
// asks nobody and gets none: `zerohop bundle watch` fetches for it.

import { systemClock } from "../../clock.ts";
import type { GateConfig } from "../../config/config.ts";
import { mintEdgeToken } from "../../edge/edge-token.ts";
import { type Command, configOption } from "../command.ts";
import { openKeyring, withStore } from "../open.ts";
import { recordOperation } from "../record-operation.ts";

/** Where deploy/traefik-plugin/ mounts the folder of the bundle file. */
const bundleFile = "/zerohop/bundle.jws";

/** How old a bundle a gate may decide with when the host is away. Seconds. */
const maxStale = 3600;

export const command: Command = {
  options: {
    config: configOption,
    name: {
      type: "string",
      value: "NAME",
      help: "what the edge token is for, such as the proxy's name (default: gate)",
    },
    cluster: {
      type: "string",
      value: "NAME",
      help: "the proxy's cluster (upstream) that reaches this host (default: zerohop_host)",
    },
    traefik: {
      type: "boolean",
      help: "print the configuration of the plugin for Traefik instead, without an edge token",
    },
  },
  run: (args) =>
    withStore(args, async (store, config) => {
      const { root } = await openKeyring(store, config);
      const rootKeys = [{ kid: root.kid, x: root.x }];
      if (args.options.traefik === true) {
        const plugin = {
          root_keys: rootKeys,
          bundle_file: bundleFile,
          max_stale: maxStale,
          ...networksOf(config.gate),
        };
        console.log(JSON.stringify(plugin, undefined, 2));
        return 0;
      }
      const name = String(args.options.name ?? "gate");
      const edgeToken = await mintEdgeToken(store, name, systemClock());
      await recordOperation(store, { action: "edge token", detail: { name, made: true } });
      const gate = {
        root_keys: rootKeys,
        edge_token: edgeToken,
        host_cluster: args.options.cluster ?? "zerohop_host",
        host_authority: new URL(config.session.cookies[0]!.portalUrl).host,
        max_stale: maxStale,
        ...gateOptions(config.gate),
      };
      console.log(JSON.stringify(gate, undefined, 2));
      return 0;
    }),
};

/** What a gate does not do by itself. */
function gateOptions(gate: GateConfig) {
  return { ...networksOf(gate), ...(gate.accessLog !== "refused" && { access_log: gate.accessLog }) };
}

function networksOf({ trustedProxies }: GateConfig) {
  const networks = trustedProxies.map(({ address, prefix }) => `${address}/${prefix}`);
  return networks.length > 0 && { trusted_proxies: networks };
}
