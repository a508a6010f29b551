// An Envoy with one worker thread, started for a benchmark on ports that the system picks.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../measure/children.ts";
import { bootstrap, type Variant } from "./bootstrap.ts";

const START_SECONDS = 30;

export interface Envoy {
  readonly process: Child;
  /** Where the listener of a variant answers: `http://127.0.0.1:PORT`. */
  origin(variant: string): string;
  /** The text of an admin page, such as `/stats`. */
  admin(path: string): Promise<string>;
}

/** Starts Envoy and waits until it serves. Throws with Envoy's own words when it does not. */
export async function startEnvoy(program: string, variants: readonly Variant[]): Promise<Envoy> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
  try {
    const config = join(folder, "envoy.json");
    const adminAddress = join(folder, "admin");
    writeFileSync(config, JSON.stringify(bootstrap(variants)));
    const process = startChild(program, [
      ...["--config-path", config, "--admin-address-path", adminAddress, "--concurrency", "1"],
      ...["--disable-hot-restart", "--log-level", "warning"],
    ]);
    const origin = await untilServing(process, adminAddress);
    const admin = async (path: string) => (await fetch(origin + path)).text();
    const listeners = JSON.parse(await admin("/listeners?format=json")).listener_statuses as ListenerStatus[];
    const ports = new Map(listeners.map((status) => [status.name, status.local_address.socket_address.port_value]));
    return { process, admin, origin: (variant) => `http://127.0.0.1:${ports.get(variant)}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface ListenerStatus {
  name: string;
  local_address: { socket_address: { port_value: number } };
}

/** Returns the origin of the admin interface. */
async function untilServing(envoy: Child, adminAddress: string): Promise<string> {
  for (let waited = 0; waited < START_SECONDS; waited += 0.1) {
    if (envoy.ended) break;
    await sleep(100);
    const address = tryToRead(adminAddress);
    if (!address) continue;
    const answer = await fetch(`http://${address}/ready`).catch(() => undefined);
    if (answer?.ok) return `http://${address}`;
  }
  envoy.stop();
  throw new Error(`Envoy did not start within ${START_SECONDS} s:\n${envoy.errorOutput}`);
}

function tryToRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
