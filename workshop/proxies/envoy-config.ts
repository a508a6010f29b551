// The configuration that `zerohop proxy envoy` writes for the demo's site, with the gate's configuration as its caller has it.
import { parse, stringify } from "yaml";
import { loadConfig } from "../../host/app/config/load.ts";
import { proxyConfiguration } from "../../host/proxies/proxies.ts";
import type { TlsFiles } from "../certificates/tls-files.ts";
import { applicationHosts } from "../host/site.ts";

export interface EnvoySettings {
  /** The host's config file. */
  readonly hostConfig: string;
  /** Where Envoy listens, on 127.0.0.1: the ports for HTTPS and for plain HTTP. */
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly tls: Pick<TlsFiles, "certificate" | "key">;
  /** A port on 127.0.0.1. */
  readonly applicationPort: number;
  /** Path of gate.wasm. */
  readonly gate: string;
  /** What `zerohop gate config` printed. */
  readonly gateConfig: string;
}

/** The configuration as YAML text. */
export function renderEnvoyConfig(settings: EnvoySettings): string {
  const { hostConfig, httpsPort, httpPort, tls, applicationPort } = settings;
  const [file] = proxyConfiguration("envoy", loadConfig(hostConfig, process.env).config, {
    ...{
      command: "zerohop proxy envoy",
      folder: "/etc/envoy",
      apps: [`${applicationHosts.join(",")}=http://127.0.0.1:${applicationPort}`],
    },
    ...{ listen: `127.0.0.1:${httpsPort}`, http: String(httpPort), certificate: tls.certificate, key: tls.key },
  });
  const bootstrap = parse(file!.text);
  const [{ filter_chains: chains }] = bootstrap.static_resources.listeners;
  const [{ typed_config: gate }] = chains[0].filters[0].typed_config.http_filters;
  gate.config.vm_config.code.local.filename = settings.gate;
  gate.config.configuration.value = settings.gateConfig;
  return stringify(bootstrap, { lineWidth: 0 });
}
