// `npm run bench -- endurance [--minutes 10] [--sessions 500] [--rate 3000] [--inactivity 60] [--quiet] [--outage]`: a steady
// load by many sessions while leases are renewed, sessions revoked, the policy edited and keys replaced. Every answer is
// compared with what it must be. --outage then kills the host for five leases; --quiet leaves the changes out.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Changes, keepChanging } from "./endurance/changes.ts";
import { fault, rules, Session, targets, World } from "./endurance/world.ts";
import { requestText } from "./life/connection.ts";
import { type HostCall, perSecond } from "./life/host-calls.ts";
import { type Shot, sustain } from "./life/load.ts";
import { cookieName, Site, userNames } from "./life/site.ts";
import type { Latencies } from "./measure/latencies.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { positive, positiveInteger } from "./measure/options.ts";
import { median } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

const workers = 2;
const connections = 64;
/** The share of requests without a session. */
const anonymousShare = 0.05;
/** Host calls allowed per session and half lease. */
const callBudget = 1.2;
/** How long the host's return is looked at, second by second. */
const returnSeconds = 20;
const renewPath = "/api/edge/renew";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "10" },
      sessions: { type: "string", default: "500" },
      rate: { type: "string", default: "3000" },
      inactivity: { type: "string", default: "60" },
      quiet: { type: "boolean", default: false },
      outage: { type: "boolean", default: false },
    },
  });
  const minutes = positive("minutes", values.minutes);
  const rate = positiveInteger("rate", values.rate);
  const inactivity = positiveInteger("inactivity", values.inactivity);
  const lease = Math.floor(inactivity / 5);
  await using site = await Site.start({ workers, inactivity, rules });
  const sessions = await openSessions(site, positiveInteger("sessions", values.sessions));
  const world = new World();
  const faults = new Map<string, number>();
  const next = () => shot(site, world, sessions, faults);

  console.error(`${sessions.length} sessions are open; load for ${minutes} min ...`);
  const loadEnds = new AbortController();
  void site.proxies[0]!.ended.then((how) => loadEnds.signal.aborted || console.error(how));
  const load = sustain({ endpoint: site.proxies[0]!.endpoint, connections, rate, next }, loadEnds.signal);
  const memory = sampleMemory(site.proxies[0]!.pid, loadEnds.signal);
  const started = Date.now();
  const steadyEnd = AbortSignal.timeout(minutes * 60_000);
  const changes = values.quiet ? undefined : await keepChanging(site, world, sessions, steadyEnd);
  if (!steadyEnd.aborted) await new Promise((resolve) => steadyEnd.addEventListener("abort", resolve));
  const ended = Date.now();
  const outage = values.outage ? await sufferOutage(site, sessions, faults, lease) : undefined;
  loadEnds.abort();
  const latencies = await load;

  const calls = site.hostCalls();
  const steady = calls.filter(({ time }) => time >= started && time < ended);
  console.log(
    summary({
      latencies,
      faults,
      changes,
      memory: await memory,
      calls: steady,
      sessions,
      lease,
      seconds: (ended - started) / 1000,
    }),
  );
  if (outage) console.log(`\n${returnTable(calls, outage)}`);
  for (const [what, count] of [...faults].slice(0, 20)) console.log(`${count} times wrong: ${what}`);
  console.log(`\nlease ${lease} s, ${rate} requests/s; Envoy with ${workers} workers; ${machineFacts()}`);
  if (faults.size > 0) throw new Error("not every answer was right");
}

async function openSessions(site: Site, count: number): Promise<Session[]> {
  const names = userNames;
  const sessions: Session[] = [];
  while (sessions.length < count) {
    const user = names[sessions.length % names.length]!;
    sessions.push(new Session(user, await site.logIn(user)));
  }
  return sessions;
}

/** One request of some session, or of nobody, that counts what is wrong with its answer. */
function shot(site: Site, world: World, sessions: readonly Session[], faults: Map<string, number>): Shot {
  const session = Math.random() < anonymousShare ? undefined : sessions[Math.floor(Math.random() * sessions.length)];
  const target = targets[Math.floor(Math.random() * targets.length)]!;
  const before = world.expected(session, target);
  const count = (what: string) => faults.set(what, (faults.get(what) ?? 0) + 1);
  const cookie = session && { cookie: `${cookieName}=${session.token}` };
  const headers = { accept: "text/html", ...cookie };
  return {
    request: requestText({ host: site.authority(target[0]), path: target[1], headers }),
    answered(reply) {
      // What changed while the request was on its way may or may not have been seen.
      const wrong = fault(reply, session, target, [...before, ...world.expected(session, target)]);
      if (wrong) count(wrong);
      session?.takeCookie(reply);
    },
    failed: (error) => count(error.message),
  };
}

/** MiB in RAM, once a second until `signal` aborts. */
async function sampleMemory(pid: number, signal: AbortSignal): Promise<number[]> {
  const samples: number[] = [];
  for (; !signal.aborted; await sleep(1000)) samples.push(residentBytes(pid) / 1_048_576);
  return samples;
}

interface Outage {
  /** When the host was asked to start again; milliseconds since the epoch. */
  readonly returned: number;
}

/** Kills the host, leaves it dead for five leases and starts it again; then every session must get a new lease. */
async function sufferOutage(
  site: Site,
  sessions: readonly Session[],
  faults: Map<string, number>,
  lease: number,
): Promise<Outage> {
  const seconds = 5 * lease;
  console.error(`the host is killed, and away for ${seconds} s ...`);
  await site.host.stop("SIGKILL");
  await sleep(seconds * 1000);
  const returned = Date.now();
  await site.restartHost();
  const listening = performance.now();
  await sleep(Math.max(returnSeconds, 2 * lease) * 1000);
  const forgotten = sessions.filter(({ renewedAt = 0 }) => renewedAt < listening).length;
  if (forgotten > 0) faults.set("a session without a new lease two leases after the host's return", forgotten);
  return { returned };
}

interface Results {
  readonly latencies: Latencies;
  readonly faults: ReadonlyMap<string, number>;
  readonly changes: Changes | undefined;
  readonly memory: readonly number[];
  /** Without those of the outage. */
  readonly calls: readonly HostCall[];
  readonly sessions: readonly Session[];
  readonly lease: number;
  readonly seconds: number;
}

function summary({ latencies, faults, changes, memory, calls, sessions, lease, seconds }: Results): string {
  const callsTo = (path: string) => calls.filter((call) => call.path === path).length;
  const halfLeases = (sessions.length * seconds) / (lease / 2);
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  const early = median(memory.slice(fifth, 2 * fifth + 1));
  const late = median(memory.slice(-fifth));
  const wrong = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const errors = [...faults].reduce((sum, [what, count]) => sum + (/: error \(/.test(what) ? count : 0), 0);
  return markdownTable(
    ["endurance", "figure"],
    [
      [`renewals per session and half lease, at most ${callBudget}`, (callsTo(renewPath) / halfLeases).toFixed(3)],
      ["memory of Envoy, last fifth to second fifth", `${(late / early).toFixed(3)}x`],
      ["wrong answers, 5xx and broken connections included", String(wrong)],
      ["5xx", String(errors)],
      ["requests", String(latencies.count)],
      ["p50, p99, longest, ms", latencies.cells().join(", ")],
      ["renewals at the host", String(callsTo(renewPath))],
      ["new cookies at the browsers now there", String(sessions.reduce((sum, one) => sum + one.renewals, 0))],
      ["polls for the bundle", String(callsTo("/api/edge/bundle"))],
      ["memory of Envoy, MiB", `${early.toFixed(1)} → ${late.toFixed(1)}`],
      ["sessions ended, policy edits, key rotations", changes ? Object.values(changes).join(", ") : "none"],
    ],
  );
}

/** Requests at the host in each second after its return. */
function returnTable(calls: readonly HostCall[], { returned }: Outage): string {
  const table = perSecond(calls, returned, returnSeconds);
  const seconds = Array.from({ length: returnSeconds }, (_, second) => String(second + 1));
  const rows = [...table].map(([path, counts]) => [path, ...counts.map(String)]);
  return markdownTable(["requests in second", ...seconds], rows);
}
