// What a check in the proxy's own process adds to its CPU time per allowed request, beside what asking the host adds, whose own time is
// shown as well. One run measures all, in interleaved rounds.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { locateEnvoy } from "../../workshop/programs/envoy.ts";
import type { Site } from "../../workshop/proxies/site.ts";
import { startEnvoy } from "../envoy/envoy.ts";
import { statusOf } from "../envoy/request.ts";
import { cpuMicroseconds } from "../measure/cpu.ts";
import { machineFacts } from "../measure/machine.ts";
import { positiveInteger } from "../measure/options.ts";
import { interleave, median, spread } from "../measure/rounds.ts";
import { markdownTable } from "../measure/table.ts";
import { load } from "../measure/wrk.ts";
import type { ProxyProcess } from "./proxy.ts";

const connections = 16;
/** Fewer rounds than these say nothing of the limit. */
const tellingRounds = 4;

/** The same proxy three times, in front of the same backend: without a check, with one inside, and with one that asks the host. */
export interface Compared {
  /** The proxy's name, and what the two checks are called. */
  readonly names: { readonly proxy: string; readonly inside: string; readonly asking: string };
  readonly plain: ProxyProcess;
  readonly inside: ProxyProcess;
  readonly asking: ProxyProcess;
  /** What the check inside may add, of what asking adds. */
  readonly allowed: number;
}

const kinds = ["plain", "inside", "asking"] as const;
type Kind = (typeof kinds)[number];

interface Sample {
  /** Microseconds of CPU time per request, of the proxy and of the host. */
  readonly cpu: number;
  readonly hostCpu: number;
  readonly requestsPerSecond: number;
}

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
}

/** [--rounds 16] [--seconds 2] [--warm-up 3] */
export function readRounds(args: readonly string[]): Rounds {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "16" },
      seconds: { type: "string", default: "2" },
      "warm-up": { type: "string", default: "3" },
    },
  });
  return {
    rounds: positiveInteger("rounds", values.rounds),
    seconds: positiveInteger("seconds", values.seconds),
    warmUp: positiveInteger("warm-up", values["warm-up"]),
  };
}

export async function startBackend(): Promise<string> {
  const envoy = await startEnvoy(await locateEnvoy((line) => console.error(line)), [{ name: "backend", filters: [] }]);
  return envoy.origin("backend");
}

/** Measures, prints the table, and fails the benchmark when the check inside adds more than it may. */
export async function compareWithAsking(
  compared: Compared,
  site: Site,
  { rounds, seconds, warmUp }: Rounds,
): Promise<void> {
  const headers = requestHeaders(site, await site.loginAtHost("alice", true));
  for (const kind of kinds) await verify(kind, compared[kind], headers);

  const measure = async (kind: Kind, duration: number): Promise<Sample> => {
    const { process, origin } = compared[kind];
    const before = [process.pid, site.host.pid].map(cpuMicroseconds);
    const { requests, requestsPerSecond } = await load({
      ...{ url: `${origin}/projects/42?tab=files`, headers, seconds: duration, connections },
    });
    const [cpu, hostCpu] = [process.pid, site.host.pid].map((pid, i) => (cpuMicroseconds(pid) - before[i]!) / requests);
    return { cpu: cpu!, hostCpu: hostCpu!, requestsPerSecond };
  };
  for (const kind of kinds) await measure(kind, warmUp);
  console.error(`measuring ${rounds} rounds of ${seconds} s each ...`);
  report(compared, await interleave(kinds, rounds, (kind) => measure(kind, seconds)));
  console.log(`${rounds} rounds of ${seconds} s, ${connections} connections (wrk); ${machineFacts()}`);
}

function requestHeaders(site: Site, cookie: string): Record<string, string> {
  return {
    host: new URL(site.url("app")).host,
    "X-Forwarded-Proto": "https",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    Cookie: `theme=dark; ${cookie}; lang=en-GB`,
  };
}

/** A proxy that does not check is no measure: it must let the session through, and nobody without it. */
async function verify(kind: Kind, { origin, process }: ProxyProcess, headers: Record<string, string>): Promise<void> {
  const { Cookie: _, ...anonymous } = headers;
  const statuses: number[] = [];
  // The routers come a moment after the port.
  for (let i = 0; i < 100 && statuses[0] !== 200; i++) {
    await sleep(50);
    statuses[0] = await statusOf(origin, headers);
  }
  statuses.push(await statusOf(origin, anonymous));
  const due = kind === "plain" ? "200,200" : "200,302";
  if (statuses.join() !== due) throw new Error(`${kind} answers ${statuses} and not ${due}:\n${process.errorOutput}`);
}

function report({ names, allowed }: Compared, samples: Readonly<Record<Kind, readonly Sample[]>>): void {
  const titles = { plain: "plain", ...names };
  const added = (kind: Kind) => samples[kind].map(({ cpu }, round) => cpu - samples.plain[round]!.cpu);
  const whole = median(added("asking"));
  const rows = kinds.map((kind) => {
    const own = samples[kind];
    const figures = [
      median(own.map(({ cpu }) => cpu)).toFixed(1),
      kind === "asking" ? median(own.map(({ hostCpu }) => hostCpu)).toFixed(1) : "",
      median(own.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
    ];
    if (kind === "plain") return [titles[kind], "", "", "", ...figures];
    const extra = median(added(kind));
    const cells = [`${(extra / whole).toFixed(2)}x`, `+${extra.toFixed(1)}`, spread(added(kind)).toFixed(1)];
    return [titles[kind], ...cells, ...figures];
  });
  console.log(
    markdownTable(
      [`${names.proxy} with`, "added cost", "µs CPU added", "±", "µs CPU", "µs CPU of the host", "req/s"],
      rows,
    ),
  );
  const ratio = median(added("inside")) / whole;
  const share = `${ratio.toFixed(3)} of what ${names.asking} adds; at most ${allowed} is meant`;
  console.log(`\nThe ${names.inside} adds ${share}.`);
  if (ratio > allowed && samples.plain.length >= tellingRounds) process.exitCode = 1;
}
