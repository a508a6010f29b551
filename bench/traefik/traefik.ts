// A Traefik with one router in front of a backend, started for a benchmark with one way to check requests, or none.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../workshop/processes/ports.ts";
import { type ProxyProcess, startProxy } from "../asking/proxy.ts";

export interface TraefikSettings {
  readonly program: string;
  /** A folder of its own, in which it works. */
  readonly folder: string;
  readonly backend: string;
  /** The middlewares of the router by name, in Traefik's form. */
  readonly middlewares: Readonly<Record<string, object>>;
  /** More of the static configuration. */
  readonly settings?: object;
}

export async function startTraefik({
  program,
  folder,
  backend,
  middlewares,
  settings = {},
}: TraefikSettings): Promise<ProxyProcess> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const names = Object.keys(middlewares);
  const dynamic = join(folder, "dynamic.yml");
  // JSON is YAML.
  const router = { rule: "PathPrefix(`/`)", service: "backend", ...(names.length > 0 && { middlewares: names }) };
  writeFileSync(
    dynamic,
    JSON.stringify({
      http: {
        routers: { all: router },
        services: { backend: { loadBalancer: { servers: [{ url: backend }] } } },
        ...(names.length > 0 && { middlewares }),
      },
    }),
  );
  const config = join(folder, "traefik.yml");
  writeFileSync(
    config,
    JSON.stringify({
      // The load comes over plain HTTP, for TLS would cost more than all that is compared; it says of itself that it was https.
      entryPoints: { web: { address: `127.0.0.1:${port}`, forwardedHeaders: { trustedIPs: ["127.0.0.1/32"] } } },
      providers: { file: { filename: dynamic } },
      log: { level: "WARN" },
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      ...settings,
    }),
  );
  return startProxy("Traefik", program, [`--configfile=${config}`], { folder, port });
}
