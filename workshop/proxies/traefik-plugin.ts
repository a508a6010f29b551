// The plugin for Traefik as an operator installs it: the built folder below plugins-local, a bundle file that `zerohop bundle
// watch` keeps current, and the configuration that `zerohop gate config --traefik` prints.
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gateConfig, startBundleWatch } from "../host/program.ts";
import type { Program } from "../processes/program.ts";
import { until } from "../waiting.ts";
import type { Preparation, PreparedSite } from "./proxy-kind.ts";

const built = join(import.meta.dirname, "..", "..", "build", "traefik-plugin");

/** Lays the built plugin below the folder in which a Traefik works. */
export function layOutPlugin(folder: string): void {
  cpSync(built, join(folder, "plugins-local", "src", "zerohop"), { recursive: true });
}

export interface PreparedPlugin {
  /** Keeps the bundle file current. */
  readonly program: Program;
  /** The folder with the bundle, on this machine. */
  readonly mounted: string;
  /** The plugin's settings in the static configuration. */
  readonly settings: object;
  /** The middleware's configuration, as `zerohop gate config --traefik` prints it. */
  readonly plugin: { readonly root_keys: readonly [{ readonly kid: string; readonly x: string }] };
}

/** Lays out the plugin, and waits until there is a bundle. */
export async function preparePlugin(folder: string, config: string, hostUrl: string): Promise<PreparedPlugin> {
  layOutPlugin(folder);
  const gate = join(folder, "gate.json");
  writeFileSync(gate, await gateConfig(config), { mode: 0o600 });
  const { program, mounted } = await startWatch(folder, gate, hostUrl);
  const plugin = JSON.parse(await gateConfig(config, ["--traefik"])) as PreparedPlugin["plugin"];
  return {
    program,
    mounted,
    settings: { mounts: [`${mounted}:/zerohop:ro`, `${mounted}/renewals:/renewals`] },
    plugin,
  };
}

/** Beside what `zerohop proxy traefik-plugin` has written: the bundle, in a folder of the test's own. */
export async function watchBundle({ folder, hostUrl }: PreparedSite): Promise<Preparation> {
  const { program, mounted } = await startWatch(folder, join(folder, "zerohop-gate.json"), hostUrl);
  return { program, replace: [['"/run/zerohop', `"${mounted}`]] };
}

async function startWatch(folder: string, gate: string, hostUrl: string) {
  const mounted = join(folder, "bundle");
  mkdirSync(mounted);
  const bundle = join(mounted, "bundle.jws");
  const program = startBundleWatch(gate, bundle, hostUrl, join(folder, "bundle-watch.log"));
  await until(() => existsSync(bundle), { running: [program] });
  return { program, mounted };
}
