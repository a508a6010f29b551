// Prints the plugin configuration of a gate. Each call makes another edge token; those made before stay valid. Traefik's plugin
// asks nobody and gets none: `zerohop bundle watch` fetches for it.

import { isIP } from "node:net";
import type { GateConfig } from "../../gates/edge/config.ts";
import { HostError } from "../../kit/errors.ts";
import { makeEdgeToken } from "../../operations/edge-tokens.ts";
import { keyringOf } from "../../operations/operator.ts";
import type { CookieDomain } from "../../session/config.ts";
import { namesOf } from "../../session/identity-headers.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";

/** Where deploy/traefik-plugin/ mounts the folder of the bundle file, and the one in it by which sessions are renewed. */
const bundleFile = "/zerohop/bundle.jws";
const renewals = "/renewals";

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
      if (args.options.traefik === true) {
        const plugin = {
          root_keys: rootKeys,
          bundle_file: bundleFile,
          renewals,
          max_stale: maxStale,
          ...networksOf(config.gate),
          ...cacheOf(config.gate),
        };
        console.log(JSON.stringify(plugin, undefined, 2));
        return 0;
      }
      const cluster = isNginx ? addressOfHost(args.options.cluster) : (args.options.cluster ?? "zerohop_host");
      const name = String(args.options.name ?? "gate");
      const edgeToken = await makeEdgeToken(operator, name);
      const gate = {
        root_keys: rootKeys,
        edge_token: edgeToken,
        host_cluster: cluster,
        host_authority: new URL(config.session.cookies[0]!.portalUrl).host,
        max_stale: maxStale,
        ...gateOptions(config.gate),
      };
      if (!isNginx && config.gate.dropSessionSetCookie) Object.assign(gate, { drop_session_set_cookie: true });
      const text = JSON.stringify(gate, undefined, 2);
      console.log(isNginx ? [directive(text), ...variablesFor(config.session.cookies)].join("\n") : text);
      return 0;
    }),
};

/** nginx refuses a longer word. Bytes. */
const longestWord = 4095;

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

/** The directive with a configuration in single quotes, in which nginx takes `\` before a quote or itself away. */
function directive(configuration: string): string {
  const word = configuration.replace(/[\\']/g, "\\$&");
  if (Buffer.byteLength(word) > longestWord)
    throw new HostError("usage", `nginx takes no more than ${longestWord} bytes: shorten gate.trusted_proxies`);
  return `proxy_wasm zerohop_gate '${word}';`;
}

/** What a server declares, and its locations send, for the identity headers that cookie domains have beside Remote-*. */
function variablesFor(cookies: readonly CookieDomain[]): string[] {
  const names = namesOf(cookies.map(({ identityHeaders }) => identityHeaders));
  const variables = names.map((name) => [name, `$zerohop_header_${name.replaceAll("-", "_")}`] as const);
  if (variables.length === 0) return [];
  return [
    ...variables.map(([, variable]) => `set ${variable} "";`),
    "# In each location:",
    ...variables.map(([name, variable]) => `# proxy_set_header ${name} ${variable};`),
  ];
}

/** What a gate does not do by itself. */
function gateOptions(gate: GateConfig) {
  return { ...networksOf(gate), ...cacheOf(gate), ...(gate.accessLog !== "refused" && { access_log: gate.accessLog }) };
}

function cacheOf({ cacheMegabytes }: GateConfig) {
  return cacheMegabytes !== undefined && { cache_bytes: cacheMegabytes * 2 ** 20 };
}

function networksOf({ trustedProxies }: GateConfig) {
  const networks = trustedProxies.map(({ address, prefix }) => `${address}/${prefix}`);
  return networks.length > 0 && { trusted_proxies: networks };
}
