// The gate in Caddy as an operator sets it up: its configuration in a file beside the Caddyfile.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gateConfig } from "../host/program.ts";
import type { Preparation, PreparedSite } from "./proxy-kind.ts";

export async function configureGate({ folder, config }: PreparedSite): Promise<Preparation> {
  const file = join(folder, "zerohop-gate.json");
  writeFileSync(file, await gateConfig(config, ["--name", "caddy"]), { mode: 0o600 });
  return { replace: [["/etc/caddy/zerohop-gate.json", file]] };
}
