// A Caddy with one site in front of a backend, started for a benchmark with one way to check requests, or none.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../workshop/processes/ports.ts";
import { type ProxyProcess, startProxy } from "../asking/proxy.ts";

export interface CaddySettings {
  readonly program: string;
  /** A folder of its own, in which it works. */
  readonly folder: string;
  readonly backend: string;
  /** The directives that check a request, before it is passed on. */
  readonly check: string;
}

export async function startCaddy({ program, folder, backend, check }: CaddySettings): Promise<ProxyProcess> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const file = join(folder, "Caddyfile");
  // The load comes over plain HTTP, for TLS would cost more than all that is compared; it says of itself that it was https.
  writeFileSync(
    file,
    `{
  admin off
  persist_config off
  log {
    level WARN
  }
  servers {
    trusted_proxies static 127.0.0.1/32
  }
}
http://:${port} {
  ${check}
  reverse_proxy ${new URL(backend).host}
}
`,
  );
  return startProxy("Caddy", program, ["run", "--config", file, "--adapter", "caddyfile"], { folder, port });
}
