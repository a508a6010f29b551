// `npm run bench -- caddy [--rounds 16] [--seconds 2] [--warm-up 3]`: what a check adds to Caddy's CPU time per allowed request, by the
// module and by forward_auth to the host, whose own time is shown beside it. One run measures all, in interleaved rounds.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gateConfig } from "../workshop/host/program.ts";
import { locateCaddyModule } from "../workshop/programs/caddy-module.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { compareWithAsking, readRounds, startBackend } from "./asking/compare.ts";
import { startCaddy } from "./caddy/caddy.ts";
import { startHost } from "./host/host.ts";
import { stopChildren } from "./measure/children.ts";

/** What the module may add, of what forward_auth adds. */
const allowed = 1 / 8;

export async function run(args: readonly string[]): Promise<void> {
  const rounds = readRounds(args);
  const program = await locateCaddyModule((line) => console.error(line));
  await using site = await startHost();
  try {
    const backend = await startBackend();
    const start = (name: string, check: string) =>
      startCaddy({ program, folder: join(site.folder, name), backend, check });
    const compared = {
      ...{ names: { proxy: "Caddy", inside: "module", asking: "forward_auth" }, allowed },
      plain: await start("plain", ""),
      inside: await start("module", await directive(site)),
      asking: await start("forward-auth", forwardAuth(site)),
    };
    await compareWithAsking(compared, site, rounds);
  } finally {
    stopChildren();
  }
}

async function directive(site: Site): Promise<string> {
  const file = join(site.folder, "zerohop-gate.json");
  mkdirSync(site.folder, { recursive: true });
  writeFileSync(file, await gateConfig(site.hostConfig, ["--name", "caddy"]), { mode: 0o600 });
  return `zerohop {
    config ${file}
    host ${site.hostUrl}
  }`;
}

/** What deploy/caddy/Caddyfile asks with, without the lines that close what Caddy leaves open. */
function forwardAuth(site: Site): string {
  return `forward_auth ${new URL(site.hostUrl).host} {
    uri /api/authz/forward-auth
    copy_headers Remote-User Remote-Groups Remote-Name Remote-Email Authorization
  }
  request_header Cookie "(^|;)[ \\t]*zerohop_session[ \\t]*=[^;]*" ""`;
}
