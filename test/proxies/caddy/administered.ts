// Real Caddy with the gate, with an administration that can be asked for a reload and for metrics, by a socket beside the Caddyfile.
import { execFile } from "node:child_process";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { caddyModule } from "../../../workshop/proxies/kinds.ts";
import type { Edit, Places } from "../../../workshop/proxies/proxy-kind.ts";
import type { SiteOptions } from "../../../workshop/proxies/site.ts";

const run = promisify(execFile);

export interface Settings extends SiteOptions {
  /** Of a session, in seconds; a lease is a fifth of it. */
  readonly inactivity: number;
  /** More lines of the directive. */
  readonly options?: string;
}

export function startCaddy(
  program: string,
  { inactivity, options = "", ...site }: Settings,
): Promise<ForwardAuthStack> {
  const kind = {
    ...{ ...caddyModule, inactivity },
    replace: (places: Places): readonly Edit[] => [
      ...caddyModule.replace(places),
      ["admin off", `admin unix/${join(places.folder, "admin.sock")}`],
      ["\t\thost http:", `${options}\n\t\thost http:`],
    ],
  };
  return ForwardAuthStack.start(kind, program, site);
}

export function caddyfileOf({ folder }: ForwardAuthStack): string {
  return join(folder, "Caddyfile");
}

export async function reload(program: string, stack: ForwardAuthStack): Promise<void> {
  const socket = `unix/${join(stack.folder, "admin.sock")}`;
  await run(program, ["reload", "--force", "--config", caddyfileOf(stack), "--address", socket]);
}

export function metricsOf({ folder }: ForwardAuthStack): Promise<string> {
  return new Promise((resolve, reject) => {
    const socketPath = join(folder, "admin.sock");
    const asked = get({ socketPath, path: "/metrics", headers: { host: "" } }, (answer) =>
      text(answer).then(resolve, reject),
    );
    asked.on("error", reject);
  });
}
