// `npm run bench -- traefik [--rounds 16] [--seconds 2] [--warm-up 3]`: what a check adds to Traefik's CPU time per allowed request, by the
// plugin and by ForwardAuth to the host, whose own time is shown beside it. One run measures all, in interleaved rounds.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { locateTraefik } from "../workshop/programs/traefik.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { preparePlugin } from "../workshop/proxies/traefik-plugin.ts";
import { compareWithAsking, readRounds, startBackend } from "./asking/compare.ts";
import type { ProxyProcess } from "./asking/proxy.ts";
import { startHost } from "./host/host.ts";
import { stopChildren } from "./measure/children.ts";
import { startTraefik } from "./traefik/traefik.ts";

/** What the plugin may add, of what ForwardAuth adds. */
const allowed = 1 / 5;

export async function run(args: readonly string[]): Promise<void> {
  const rounds = readRounds(args);
  const program = await locateTraefik((line) => console.error(line));
  await using site = await startHost();
  try {
    const { folder } = site;
    const backend = await startBackend();
    const compared = {
      ...{ names: { proxy: "Traefik", inside: "plugin", asking: "ForwardAuth" }, allowed },
      plain: await startTraefik({ program, folder: join(folder, "plain"), backend, middlewares: {} }),
      inside: await startWithPlugin(program, join(folder, "plugin"), backend, site),
      asking: await startWithForwardAuth(program, join(folder, "forward-auth"), backend, site),
    };
    await compareWithAsking(compared, site, rounds);
  } finally {
    stopChildren();
  }
}

async function startWithPlugin(program: string, folder: string, backend: string, site: Site): Promise<ProxyProcess> {
  mkdirSync(folder);
  const { program: watch, settings, plugin } = await preparePlugin(folder, site.hostConfig, site.hostUrl);
  site.stopLater(watch);
  return startTraefik({
    ...{ program, folder, backend, middlewares: { zerohop: { plugin: { zerohop: plugin } } } },
    settings: { experimental: { localPlugins: { zerohop: { moduleName: "zerohop", settings } } } },
  });
}

/** As in deploy/traefik/dynamic.yml, but for the trust in what the load says of itself. */
function startWithForwardAuth(program: string, folder: string, backend: string, site: Site): Promise<ProxyProcess> {
  const forwardAuth = {
    address: `${site.hostUrl}/api/authz/forward-auth`,
    trustForwardHeader: true,
    authRequestHeaders: [
      ...["Accept", "Authorization", "Cookie", "Proxy-Authorization", "User-Agent", "X-Requested-With"],
    ],
    authResponseHeaders: ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"],
    addAuthCookiesToResponse: ["zerohop_session"],
  };
  return startTraefik({ program, folder, backend, middlewares: { zerohop: { forwardAuth } } });
}
