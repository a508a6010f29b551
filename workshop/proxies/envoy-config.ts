// Renders deploy/envoy/envoy.yaml, the configuration that people copy, for one machine: only the places that it marks
// CHANGE, and the addresses it listens on, are replaced.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { TlsFiles } from "../certificates/tls-files.ts";

export interface EnvoySettings {
  /** The cookie domain; it takes the place of example.com. */
  readonly domain: string;
  /** Where Envoy listens: an IP address, and the ports for HTTPS and for plain HTTP. */
  readonly address: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly tls: Pick<TlsFiles, "certificate" | "key">;
  /** Ports on 127.0.0.1. */
  readonly hostPort: number;
  readonly applicationPort: number;
  /** Path of gate.wasm. */
  readonly gate: string;
  /** What `zerohop gate config` printed. */
  readonly gateConfig: string;
}

const shipped = join(import.meta.dirname, "..", "..", "deploy", "envoy", "envoy.yaml");

/** The configuration as YAML text. */
export function renderEnvoyConfig(settings: EnvoySettings): string {
  const text = readFileSync(shipped, "utf8").replaceAll("example.com", settings.domain);
  const { static_resources: resources, ...rest } = parse(text) as Bootstrap;

  const https = named(resources.listeners, "https");
  listenAt(https, settings.address, settings.httpsPort);
  const [certificate] = https.filter_chains[0]!.transport_socket!.typed_config.common_tls_context.tls_certificates;
  certificate!.certificate_chain.filename = settings.tls.certificate;
  certificate!.private_key.filename = settings.tls.key;
  const { config: gate } = named(connectionManager(https).http_filters, "zerohop.gate").typed_config;
  gate!.vm_config.code.local.filename = settings.gate;
  gate!.configuration.value = settings.gateConfig;

  const http = named(resources.listeners, "http");
  listenAt(http, settings.address, settings.httpPort);
  const [toHttps] = named(connectionManager(http).route_config.virtual_hosts, "to-https").routes;
  toHttps!.redirect!.port_redirect = settings.httpsPort;

  connectTo(named(resources.clusters, "zerohop_host"), settings.hostPort);
  connectTo(named(resources.clusters, "application"), settings.applicationPort);
  return stringify({ static_resources: resources, ...rest }, { lineWidth: 0 });
}

function listenAt(listener: Listener, address: string, port: number): void {
  listener.address.socket_address = { address, port_value: port };
}

function connectTo(cluster: Cluster, port: number): void {
  cluster.load_assignment.endpoints[0]!.lb_endpoints[0]!.endpoint.address.socket_address.port_value = port;
}

function connectionManager(listener: Listener): ConnectionManager {
  return listener.filter_chains[0]!.filters[0]!.typed_config;
}

function named<Entry extends { readonly name: string }>(entries: readonly Entry[], name: string): Entry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`deploy/envoy/envoy.yaml has no ${name}`);
  return entry;
}

/** The parts of Envoy's bootstrap that are replaced; the rest passes through as it is. */
interface Bootstrap {
  static_resources: { listeners: Listener[]; clusters: Cluster[] };
}

interface Address {
  socket_address: { address: string; port_value: number };
}

interface Listener {
  readonly name: string;
  address: Address;
  filter_chains: {
    transport_socket?: {
      typed_config: {
        common_tls_context: {
          tls_certificates: { certificate_chain: { filename: string }; private_key: { filename: string } }[];
        };
      };
    };
    filters: { typed_config: ConnectionManager }[];
  }[];
}

interface ConnectionManager {
  http_filters: {
    readonly name: string;
    typed_config: {
      config?: { vm_config: { code: { local: { filename: string } } }; configuration: { value: string } };
    };
  }[];
  route_config: {
    virtual_hosts: { readonly name: string; routes: { redirect?: { port_redirect?: number } }[] }[];
  };
}

interface Cluster {
  readonly name: string;
  load_assignment: { endpoints: { lb_endpoints: { endpoint: { address: Address } }[] }[] };
}
