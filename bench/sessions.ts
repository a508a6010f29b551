// `npm run bench -- sessions [--sessions 500,20000] [--connections 10] [--seconds 10]`: so many valid sessions at a worker that
// has just started, first each of them once and then any of them, at random and as fast as it answers. What a request costs
// Envoy with them, of what it costs with the fewest, and what memory they take. One that is refused or mistaken fails it.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { locateEnvoy } from "../demo/envoy-binary.ts";
import { stopChildren } from "./measure/children.ts";
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
  type Visitor,
  visitAll,
} from "./sessions/crowd.ts";

/** The gate tells its counters twice a second. Milliseconds. */
const untilCounted = 1200;

interface Visits extends Outcomes {
  /** Microseconds of Envoy's CPU time per request. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
}

interface Result {
  readonly sessions: number;
  readonly cold: Visits;
  readonly warm: Visits;
  readonly verifications: number;
  /** What Envoy has taken for it. */
  readonly bytes: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: "string", default: "500,20000" },
      connections: { type: "string", default: "10" },
      seconds: { type: "string", default: "10" },
    },
  });
  const counts = values.sessions.split(",").map((count) => positiveInteger("sessions", count));
  const connections = positiveInteger("connections", values.connections);
  const seconds = positive("seconds", values.seconds);
  const program = await locateEnvoy((line) => console.error(line));
  console.error(`signing ${Math.max(...counts)} tokens ...`);
  const visitors = gather(Math.max(...counts));
  const results: Result[] = [];
  try {
    for (const count of counts) results.push(await measure(program, visitors.slice(0, count), connections, seconds));
  } finally {
    stopChildren();
  }
  console.log(table(results));
  console.log(
    `\n${connections} connections, ${seconds} s; Envoy with one worker, started anew for each row; ${machineFacts()}`,
  );
  if (results.some(({ cold, warm }) => cold.refused + cold.wrong + warm.refused + warm.wrong > 0))
    throw new Error("not every session was let in as whose it is");
}

async function measure(
  program: string,
  visitors: readonly Visitor[],
  connectionCount: number,
  seconds: number,
): Promise<Result> {
  const envoy = await startColdEnvoy(program);
  const { pid } = envoy.process;
  const connections = await connect(envoy.origin("gate"), connectionCount);
  const before = residentBytes(pid);
  const timed = async (next: () => Visitor | undefined): Promise<Visits> => {
    const [cpu, start] = [cpuMicroseconds(pid), performance.now()];
    const outcomes = await visitAll(connections, next);
    const requests = outcomes.right + outcomes.refused + outcomes.wrong;
    const took = (performance.now() - start) / 1000;
    return { ...outcomes, cpu: (cpuMicroseconds(pid) - cpu) / requests, requestsPerSecond: requests / took };
  };
  const cold = await timed(eachOnce(visitors));
  const warm = await timed(anyone(visitors, seconds));
  await sleep(untilCounted);
  const verifications = await counterOf(envoy, "verifications");
  const bytes = residentBytes(pid) - before;
  for (const connection of connections) connection.close();
  envoy.process.stop();
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
      (verifications / sessions).toFixed(2),
      (bytes / 2 ** 20).toFixed(1),
      String(cold.refused + warm.refused),
      String(cold.wrong + warm.wrong),
    ]),
  );
}
