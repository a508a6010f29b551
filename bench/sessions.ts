// `npm run bench -- sessions [--sessions 500,20000] [--connections 10] [--seconds 10] [--traefik]`: so many valid sessions at a worker that
// has just started, first each of them once and then any of them, at random and as fast as it answers. What a request costs
// the proxy with them, of what it costs with the fewest, and what memory they take. One that is refused or mistaken fails it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { locateEnvoy } from "../workshop/programs/envoy.ts";
import { locateTraefik } from "../workshop/programs/traefik.ts";
import { type Child, stopChildren } from "./measure/children.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { positive, positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";
import {
  anyone,
  connect,
  counterOf,
  eachOnce,
  gather,
  type Outcomes,
  startColdEnvoy,
  startColdTraefik,
  type Visitor,
  visitAll,
} from "./sessions/crowd.ts";

/** The gate tells its counters twice a second. Milliseconds. */
const untilCounted = 1200;

interface Visits extends Outcomes {
  /** Microseconds of the proxy's CPU time per request. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
}

interface Result {
  readonly sessions: number;
  readonly cold: Visits;
  readonly warm: Visits;
  readonly verifications: number | undefined;
  /** What the proxy has taken for it. */
  readonly bytes: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: "string", default: "500,20000" },
      connections: { type: "string", default: "10" },
      seconds: { type: "string", default: "10" },
      traefik: { type: "boolean", default: false },
    },
  });
  const counts = values.sessions.split(",").map((count) => positiveInteger("sessions", count));
  const connections = positiveInteger("connections", values.connections);
  const seconds = positive("seconds", values.seconds);
  const start = values.traefik ? await traefikStarter() : await envoyStarter();
  console.error(`signing ${Math.max(...counts)} tokens ...`);
  const visitors = gather(Math.max(...counts));
  const results: Result[] = [];
  try {
    for (const count of counts) results.push(await measure(start, visitors.slice(0, count), connections, seconds));
  } finally {
    stopChildren();
  }
  console.log(table(results));
  console.log(
    `\n${connections} connections, ${seconds} s; ${values.traefik ? "Traefik" : "Envoy with one worker"}, started anew for each row; ${machineFacts()}`,
  );
  if (results.some(({ cold, warm }) => cold.refused + cold.wrong + warm.refused + warm.wrong > 0))
    throw new Error("not every session was let in as whose it is");
}

interface Proxy {
  readonly process: Child;
  readonly origin: string;
  /** How many signatures the gate has verified; undefined where it does not tell. */
  verifications(): Promise<number | undefined>;
}

async function envoyStarter(): Promise<() => Promise<Proxy>> {
  const program = await locateEnvoy((line) => console.error(line));
  return async () => {
    const envoy = await startColdEnvoy(program);
    const verifications = async () => {
      await sleep(untilCounted);
      return counterOf(envoy, "verifications");
    };
    return { process: envoy.process, origin: envoy.origin("gate"), verifications };
  };
}

async function traefikStarter(): Promise<() => Promise<Proxy>> {
  const backend = await locateEnvoy((line) => console.error(line));
  const path = await locateTraefik((line) => console.error(line));
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    return { ...(await startColdTraefik(path, folder, backend)), verifications: async () => undefined };
  };
}

async function measure(
  start: () => Promise<Proxy>,
  visitors: readonly Visitor[],
  connectionCount: number,
  seconds: number,
): Promise<Result> {
  const proxy = await start();
  const { pid } = proxy.process;
  const connections = await connect(proxy.origin, connectionCount);
  const before = residentBytes(pid);
  const timed = async (next: () => Visitor | undefined): Promise<Visits> => {
    const [cpu, began] = [cpuMicroseconds(pid), performance.now()];
    const outcomes = await visitAll(connections, next);
    const requests = outcomes.right + outcomes.refused + outcomes.wrong;
    const took = (performance.now() - began) / 1000;
    return { ...outcomes, cpu: (cpuMicroseconds(pid) - cpu) / requests, requestsPerSecond: requests / took };
  };
  const cold = await timed(eachOnce(visitors));
  const warm = await timed(anyone(visitors, seconds));
  const verifications = await proxy.verifications();
  const bytes = residentBytes(pid) - before;
  for (const connection of connections) connection.close();
  proxy.process.stop();
  return { sessions: visitors.length, cold, warm, verifications, bytes };
}

function table(results: readonly Result[]): string {
  const fewest = results.reduce((least, one) => (one.sessions < least.sessions ? one : least));
  return markdownTable(
    [
      ...["valid sessions", "CPU, of the fewest", "µs CPU, known", "µs CPU, new", "req/s", "signatures per session"],
      ...["MiB more", "refused", "wrong"],
    ],
    results.map(({ sessions, cold, warm, verifications, bytes }) => [
      sessions.toLocaleString("en"),
      `${(warm.cpu / fewest.warm.cpu).toFixed(2)}x`,
      warm.cpu.toFixed(1),
      cold.cpu.toFixed(1),
      warm.requestsPerSecond.toFixed(0),
      verifications === undefined ? "not told" : (verifications / sessions).toFixed(2),
      (bytes / 2 ** 20).toFixed(1),
      String(cold.refused + warm.refused),
      String(cold.wrong + warm.wrong),
    ]),
  );
}
