// `npm run bench -- flood [--rounds 5] [--seconds 3]`: a real session's latency on one connection while another connection of
// the same worker floods it with worthless tokens, against the latency without. Rounds are interleaved.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { domain } from "../workshop/host/site.ts";
import { type JunkKind, junk, junkKinds } from "./flood/junk.ts";
import { Connection, requestText } from "./life/connection.ts";
import { cookieName, decisionOf, Site } from "./life/site.ts";
import { startChild } from "./measure/children.ts";
import { Latencies } from "./measure/latencies.ts";
import { machineFacts } from "./measure/machine.ts";
import { positive, positiveInteger } from "./measure/options.ts";
import { interleave, median } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

/** One, so that the flood and the real session share it. */
const workers = 1;
/** Tokens of a kind before the flooder begins anew: more than a worker could keep. */
const variety = 20_000;
/** Seconds for the flood to reach its speed before anything is measured. */
const leadTime = 0.5;

interface Flood {
  readonly kind: JunkKind;
  readonly protocol: "http1" | "http2";
}

interface Sample {
  readonly p50: number;
  readonly p99: number;
  /** Answers per second that the flood got. */
  readonly flood: number;
  /** What the host was asked because of it. */
  readonly hostCalls: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "3" } },
  });
  const rounds = positiveInteger("rounds", values.rounds);
  const seconds = positive("seconds", values.seconds);
  const floods = new Map<string, Flood>();
  for (const kind of junkKinds) floods.set(`${kind}, HTTP/1.1`, { kind, protocol: "http1" });
  for (const kind of ["no cookie", "random bytes", "wrong signature"] as const)
    floods.set(`${kind}, HTTP/2`, { kind, protocol: "http2" });

  const folder = mkdtempSync(join(tmpdir(), "zerohop-flood-"));
  try {
    await using site = await Site.start({
      ...{ workers, inactivity: 1500 },
      rules: [{ domain: `app.${domain}`, policy: "one_factor" }],
    });
    const token = await site.logIn("alice");
    for (const kind of junkKinds) writeFileSync(cookieFile(folder, kind), cookieLines(kind, token));
    const samples = await interleave(["no flood", ...floods.keys()], rounds, (name) =>
      measure(site, folder, floods.get(name), seconds),
    );
    console.log(table(samples));
    console.log(`\n${rounds} rounds of ${seconds} s; Envoy with one worker; medians of rounds; ${machineFacts()}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cookieFile(folder: string, kind: JunkKind): string {
  return join(folder, kind.replace(" ", "-"));
}

function cookieLines(kind: JunkKind, real: string): string {
  const cookies = Array.from({ length: variety }, () => {
    const token = junk(kind, real);
    return token === undefined ? "" : `${cookieName}=${token}`;
  });
  return cookies.join("\n");
}

async function measure(site: Site, folder: string, flood: Flood | undefined, seconds: number): Promise<Sample> {
  // A session of this round's own, so that the first request is as new to the worker in each.
  const cookie = `${cookieName}=${await site.logIn("alice")}`;
  const { endpoint } = site.proxies[0]!;
  const before = site.hostCalls().length;
  const flooder = flood && startFlood(site, folder, flood, seconds + 2 * leadTime);
  await sleep(leadTime * 1000);
  const visit = requestText({ host: site.authority("app"), path: "/", headers: { accept: "text/html", cookie } });
  const latencies = await latenciesOf(await Connection.open(endpoint), visit, seconds);
  const answers = flooder ? Number(await flooder.output) : 0;
  return {
    p50: latencies.percentile(0.5),
    p99: latencies.percentile(0.99),
    flood: answers / (seconds + 2 * leadTime),
    // The poll for the bundle is not the flood's doing.
    hostCalls: site
      .hostCalls()
      .slice(before)
      .filter(({ path }) => path !== "/api/edge/bundle").length,
  };
}

function startFlood(site: Site, folder: string, { kind, protocol }: Flood, seconds: number) {
  const program = join(import.meta.dirname, "flood", "flooder.ts");
  const { port } = site.proxies[0]!.endpoint;
  const settings = [String(port), protocol, site.authority("app"), String(seconds), cookieFile(folder, kind)];
  return startChild(process.execPath, [program, ...settings]);
}

async function latenciesOf(connection: Connection, visit: string, seconds: number): Promise<Latencies> {
  const latencies = new Latencies();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const asked = performance.now();
    const { outcome } = decisionOf(await connection.ask(visit));
    latencies.add(performance.now() - asked);
    if (outcome !== "allow") throw new Error(`the real session got ${outcome}`);
    await sleep(1);
  }
  connection.close();
  return latencies;
}

function table(samples: Readonly<Record<string, readonly Sample[]>>): string {
  const middle = (name: string, field: keyof Sample) => median(samples[name]!.map((sample) => sample[field]));
  const quiet = middle("no flood", "p99");
  const rows = Object.keys(samples).map((name) => [
    name,
    `${(middle(name, "p99") / quiet).toFixed(2)}x`,
    middle(name, "p99").toFixed(2),
    middle(name, "p50").toFixed(2),
    middle(name, "flood").toFixed(0),
    String(samples[name]!.reduce((sum, sample) => sum + sample.hostCalls, 0)),
  ]);
  const columns = ["the other connection sends", "p99 ratio", "p99 ms", "p50 ms", "flood req/s", "host calls"];
  return markdownTable(columns, rows);
}
