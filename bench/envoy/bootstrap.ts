// Envoy's configuration for a comparison: one listener per variant in one process, alike in everything but the filters
// before the router, and a route that answers by itself, so that nothing but the filters differs.

export interface Variant {
  /** The listener's name. */
  readonly name: string;
  /** HTTP filters before the router, in Envoy's JSON form. */
  readonly filters: readonly object[];
  readonly clusters?: readonly object[];
  /** Instead of the one route that answers 200. */
  readonly routes?: readonly object[];
  /** More of the connection manager's configuration. */
  readonly manager?: object;
}

const answerOk = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok\n" } } };

const anyPort = { socket_address: { address: "127.0.0.1", port_value: 0 } };

export function bootstrap(variants: readonly Variant[]): object {
  return {
    admin: { address: anyPort },
    static_resources: {
      listeners: variants.map(listener),
      clusters: variants.flatMap((variant) => variant.clusters ?? []),
    },
  };
}

/** A configured extension: its name and its typed configuration. `type` is the message's name after `envoy.`. */
export function extension(name: string, type: string, config: object): object {
  return { name, typed_config: { "@type": `type.googleapis.com/envoy.${type}`, ...config } };
}

function listener({ name, filters, routes = [answerOk], manager = {} }: Variant): object {
  const router = extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", {});
  const connectionManager = extension(
    "envoy.filters.network.http_connection_manager",
    "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      stat_prefix: name,
      // The load comes over plain HTTP, for TLS would cost more than all that is compared; the filters see https.
      scheme_header_transformation: { scheme_to_overwrite: "https" },
      // A warmed-up connection must not be closed in the middle of a round.
      common_http_protocol_options: { idle_timeout: "3600s" },
      route_config: {
        virtual_hosts: [{ name: "all", domains: ["*"], routes }],
      },
      http_filters: [...filters, router],
      ...manager,
    },
  );
  return { name, address: anyPort, filter_chains: [{ filters: [connectionManager] }] };
}

/** A cluster with one endpoint on this machine. */
export function localCluster(name: string, port: number): object {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return {
    name,
    type: "STATIC",
    connect_timeout: "1s",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}
