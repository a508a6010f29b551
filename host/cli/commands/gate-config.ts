// Prints the plugin configuration of a gate. Each call makes another edge token; those made before stay valid. Traefik's plugin
// asks nobody and gets none: `zerohop bundle watch` fetches for it.

import { isIP } from "node:net";
import { writtenNetwork } from "../../kit/config/network.ts";
import { usage } from "../../kit/errors.ts";
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
import { commandOf, configOption, flagOption, textOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    name: textOption("NAME", "what the edge token is for, such as the proxy's name (default: gate)"),
    cluster: textOption(
      "NAME",
      "the proxy's cluster (upstream) that reaches this host (default: zerohop_host; for nginx its IP address and port)",
    ),
    nginx: flagOption("print the proxy_wasm directive for nginx with ngx_wasm_module, quoted as nginx wants it"),
    traefik: flagOption("print the configuration of the plugin for Traefik instead, without an edge token"),
  },
  examples: [
    "zerohop gate config --config /etc/zerohop/zerohop.yml --name envoy-1",
    "zerohop gate config --config /etc/zerohop/zerohop.yml --nginx --cluster 127.0.0.1:9091",
  ],
  run: (args) =>
    asOperator(args, async (operator, config) => {
      const { root } = await keyringOf(operator);
      const { name = "gate", cluster = hostCluster, nginx, traefik } = args.options;
      if (config.gate.dropSessionSetCookie && (nginx || traefik))
        console.error("gate.drop_session_set_cookie holds for Envoy alone; docs/configuration.md says why");
      const rootKeys = [{ kid: root.kid, x: root.x }];
      const options = gateOptions(config.gate, config.gate.trustedProxies.map(writtenNetwork));
      if (traefik) {
        // The plugin's log is Traefik's.
        const { access_log: _, ...own } = options;
        const plugin = {
          ...{ root_keys: rootKeys, bundle_file: `${bundleFolder}/bundle.jws`, renewals: renewalsFolder },
          ...own,
        };
        console.log(JSON.stringify(plugin, undefined, 2));
        return 0;
      }
      if (nginx) checkAddress(cluster);
      const gate = {
        ...{ rootKeys, edgeToken: await makeEdgeToken(operator, name) },
        authority: new URL(config.session.cookies[0]!.portalUrl).host,
        ...{ options, dropsSessionSetCookie: config.gate.dropSessionSetCookie },
      };
      console.log(
        nginx
          ? [gateDirective(gate, cluster), ...variablesFor(config.session.cookies)].join("\n")
          : JSON.stringify(gateConfiguration(gate, cluster), undefined, 2),
      );
      return 0;
    }),
});

/** nginx would look up a name at a resolver, and give the edge token to whatever answers there. */
function checkAddress(cluster: string): void {
  const address = /^(?:https:\/\/)?(?:\[([^\]]+)\]|([\d.]+)):\d{1,5}$/.exec(cluster);
  if (!address || isIP(address[1] ?? address[2]!) === 0)
    throw usage(
      "--nginx needs --cluster with the IP address and port of this host, such as 127.0.0.1:9091 or https://203.0.113.5:443",
    );
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
