// A plugin to test: build/plugin.wasm in the small Traefik, with the keys, bundle and sessions of the gate's tests.
import { join } from "node:path";
import type { HttpExchange } from "../../../workshop/gate/http-wasm/http-exchange.ts";
import { MountedFolder } from "../../../workshop/gate/http-wasm/mounted-folder.ts";
import { PluginHost } from "../../../workshop/gate/http-wasm/plugin-host.ts";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import type { Claims } from "../../../workshop/gate/tokens.ts";
import { bundle, NOW, rootKey, sessionCookie, signBundle, token } from "../gate.ts";

export const pluginFile = join(import.meta.dirname, "..", "..", "..", "build", "plugin.wasm");
export const app = "https://app.example.com/";

/** A plugin with this configuration. */
export function startWith(configuration: string | object, folder?: MountedFolder): PluginHost {
  return new PluginHost({ plugin: pluginFile, now: NOW, configuration, ...(folder && { folder }) });
}

/** A plugin that decides with this bundle, given in its configuration; `changed` is what that says besides. */
export function startPlugin(content: Claims = {}, changed: Claims = {}): PluginHost {
  return startWith({ bundle: bundle(content), ...changed });
}

export const fileConfiguration: Claims = {
  ...{ root_keys: [{ kid: rootKey.kid, x: rootKey.x }], bundle_file: "/zerohop/bundle.jws", max_stale: 3600 },
};

/** A plugin that has its bundle in a mounted file. */
export function startWithFile(content: Claims = {}, changed: Claims = {}): PluginHost {
  const folder = new MountedFolder("/zerohop");
  folder.write("bundle.jws", signBundle(bundle(content)));
  return startWith({ ...fileConfiguration, ...changed }, folder);
}

/** Puts another bundle into the file, and lets the plugins look. */
export function publish(host: PluginHost, content: Claims): void {
  host.folder.write("bundle.jws", signBundle(bundle(content)));
  host.now! += 0.1;
}

export function visit(host: PluginHost, url: string, headers: readonly Header[] = [], method = "GET"): HttpExchange {
  return host.request({ url, headers, method });
}

/** Alice's session, which began now. */
export function session(changed: Claims = {}): Header {
  return sessionCookie(token(changed));
}

export function userOf(exchange: HttpExchange): string | undefined {
  return exchange.upstream.get("remote-user");
}
