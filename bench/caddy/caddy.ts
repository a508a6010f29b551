// A Caddy with one site in front of a backend, started for a benchmark with one way to check requests, or none.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, isListening } from "../../workshop/processes/ports.ts";
import { type Child, startChild } from "../measure/children.ts";

const startSeconds = 30;

export interface CaddySettings {
  readonly program: string;
  /** A folder of its own, in which it works. */
  readonly folder: string;
  readonly backend: string;
  /** The directives that check a request, before it is passed on. */
  readonly check: string;
}

export interface Caddy {
  readonly process: Child;
  readonly origin: string;
}

export async function startCaddy({ program, folder, backend, check }: CaddySettings): Promise<Caddy> {
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
  const process = startChild(program, ["run", "--config", file, "--adapter", "caddyfile"], folder);
  for (let waited = 0; waited < startSeconds && !process.ended; waited += 0.05) {
    await sleep(50);
    if (await isListening(port)) return { process, origin: `http://127.0.0.1:${port}` };
  }
  throw new Error(`Caddy did not start:\n${process.errorOutput}`);
}
