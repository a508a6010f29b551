// What a benchmark changes about the shipped Envoy configuration, so that it measures the gate and not its surroundings.
import { parse, stringify } from "yaml";

/** The response header that tells whom the backend would have been shown. */
export const userHeader = "x-seen-user";

/**
 * Envoy answers for the applications itself, after the gate, and tells in the answer what Remote-User it would have
 * passed on; it writes no access log, which would grow by gigabytes; it has an admin interface. Without TLS requests
 * come in plain HTTP, and the gate sees https all the same.
 */
export function adaptEnvoyConfig(text: string, { tls }: { readonly tls: boolean }): string {
  const config = parse(text);
  config.admin = { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } };
  const https = named(config.static_resources.listeners, "https");
  const [chain] = https.filter_chains;
  const manager = chain.filters[0].typed_config;
  delete manager.access_log;
  if (!tls) {
    delete chain.transport_socket;
    manager.scheme_header_transformation = { scheme_to_overwrite: "https" };
  }
  const [application] = named(manager.route_config.virtual_hosts, "application").routes;
  delete application.route;
  application.direct_response = { status: 200, body: { inline_string: "ok\n" } };
  application.response_headers_to_add = [{ header: { key: userHeader, value: "%REQ(remote-user)%" } }];
  return stringify(config, { lineWidth: 0 });
}

// biome-ignore lint/suspicious/noExplicitAny: Envoy's bootstrap, in the places that this file knows
function named(entries: any[], name: string): any {
  return entries.find((entry) => entry.name === name);
}
