// Prints the plugin configuration of a gate. Each call makes another edge token; those made before stay valid. Traefik's plugin
// asks nobody and gets none: `zerohop bundle watch` fetches for it.

import { isIP } from "node:net";
import { writtenNetwork } from "../../kit/config/network.ts";
import { HostError } from "../../kit/errors.ts";
import { makeEdgeToken } from "../../operations/edge-tokens.ts";
import { keyringOf } from "../../operations/operator.ts";
import {
  bundleFolder,
  gateConfiguration,
  gateOptions,
  hostCluster,
  renewalsFolder,
} from "../../proxies/gate-configuration.ts";
import { gateDirective, variableOf } from "../../proxies/nginx-wasm.ts";
import type { CookieDomain } from "../../session/config.ts";
import { namesOf } from "../../session/identity-headers.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";

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
      help: "the proxy's cluster (upstream) that reaches this host (default: zerohop_host; for nginx its IP address and port)",
    },
    nginx: {
      type: "boolean",
      help: "print the proxy_wasm directive for nginx with ngx_wasm_module, quoted as nginx wants it",
    },
    traefik: {
      type: "boolean",
      help: "print the configuration of the plugin for Traefik instead, without an edge token",
    },
  },
  examples: [
    "zerohop gate config --config /etc/zerohop/zerohop.yml --name envoy-1",
    "zerohop gate config --config /etc/zerohop/zerohop.yml --nginx --cluster 127.0.0.1:9091",
  ],
  run: (args) =>
    asOperator(args, async (operator, config) => {
      const { root } = await keyringOf(operator);
      const isNginx = args.options.nginx === true;
      if (config.gate.dropSessionSetCookie && (isNginx || args.options.traefik === true))
        console.error("gate.drop_session_set_cookie holds for Envoy alone; docs/configuration.md says why");
      const rootKeys = [{ kid: root.kid, x: root.x }];
      const options = gateOptions(config.gate, config.gate.trustedProxies.map(writtenNetwork));
      if (args.options.traefik === true) {
        // The plugin's log is Traefik's.
        const { access_log: _, ...own } = options;
        const plugin = {
          ...{ root_keys: rootKeys, bundle_file: `${bundleFolder}/bundle.jws`, renewals: renewalsFolder },
          ...own,
        };
        console.log(JSON.stringify(plugin, undefined, 2));
        return 0;
      }
      const cluster = isNginx ? addressOfHost(args.options.cluster) : String(args.options.cluster ?? hostCluster);
      const gate = {
        ...{ rootKeys, edgeToken: await makeEdgeToken(operator, String(args.options.name ?? "gate")) },
        authority: new URL(config.session.cookies[0]!.portalUrl).host,
        ...{ options, dropsSessionSetCookie: config.gate.dropSessionSetCookie },
      };
      console.log(
        isNginx
          ? [gateDirective(gate, cluster), ...variablesFor(config.session.cookies)].join("\n")
          : JSON.stringify(gateConfiguration(gate, cluster), undefined, 2),
      );
      return 0;
    }),
};

/** nginx would look up a name at a resolver, and give the edge token to whatever answers there. */
function addressOfHost(cluster: unknown): string {
  const address = /^(?:https:\/\/)?(?:\[([^\]]+)\]|([\d.]+)):\d{1,5}$/.exec(String(cluster ?? ""));
  if (!address || isIP(address[1] ?? address[2]!) === 0)
    throw new HostError(
      "usage",
      "--nginx needs --cluster with the IP address and port of this host, such as 127.0.0.1:9091 or https://203.0.113.5:443",
    );
  return String(cluster);
}

/** What a server declares, and its locations send, for the identity headers that cookie domains have beside Remote-*. */
function variablesFor(cookies: readonly CookieDomain[]): string[] {
  const names = namesOf(cookies.map(({ identityHeaders }) => identityHeaders));
  const variables = names.map((name) => [name, variableOf(name)] as const);
  if (variables.length === 0) return [];
  return [
    ...variables.map(([, variable]) => `set ${variable} "";`),
    "# In each location:",
    ...variables.map(([name, variable]) => `# proxy_set_header ${name} ${variable};`),
  ];
}
