// The plugin for Traefik as an operator installs it: the built folder below plugins-local, a bundle file that `zerohop bundle
// watch` keeps current, and the configuration that `zerohop gate config --traefik` prints.
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { gateConfig, startBundleWatch } from "../host/program.ts";
import type { Preparation, PreparedSite } from "./forward-auth-stack.ts";

const built = join(import.meta.dirname, "..", "..", "build", "traefik-plugin");
const slowestStart = 20_000;

export async function installPlugin({ folder, config, hostUrl }: PreparedSite): Promise<Preparation> {
  cpSync(built, join(folder, "plugins-local", "src", "zerohop"), { recursive: true });
  const mounted = join(folder, "bundle");
  mkdirSync(mounted);
  const gate = join(folder, "gate.json");
  writeFileSync(gate, await gateConfig(config), { mode: 0o600 });
  const bundle = join(mounted, "bundle.jws");
  const program = startBundleWatch(gate, bundle, hostUrl, join(folder, "bundle-watch.log"));
  await vi.waitUntil(() => existsSync(bundle), { timeout: slowestStart });
  const plugin = JSON.parse(await gateConfig(config, ["--traefik"])) as { root_keys: [{ kid: string; x: string }] };
  const [{ kid, x }] = plugin.root_keys;
  return {
    program,
    replace: [
      ["KID-OF-THE-ROOT-KEY", kid],
      ["PUBLIC-HALF-OF-THE-ROOT-KEY", x],
      ["/run/zerohop:", `${mounted}:`],
    ],
  };
}
