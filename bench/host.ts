// `npm run bench -- host [--rounds 8] [--seconds 2] [--warm-up 4]`: what an allowed auth-request costs the host, by a session and by a
// Basic credential that it knows already, next to servers on the same Node that answer 200 without looking, and the memory that each holds
// before the first request and after the last. One run measures all, in interleaved rounds; 32 connections.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { password } from "../workshop/host/users.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { startHost } from "./host/host.ts";
import { startChild, stopChildren } from "./measure/children.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { machineFacts } from "./measure/machine.ts";
import { idleBytes, residentBytes } from "./measure/memory.ts";
import { positiveInteger } from "./measure/options.ts";
import { interleave, median, spread } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";
import { load } from "./measure/wrk.ts";

const connections = 32;
const nodeOptions = ["--disable-warning=ExperimentalWarning"];

interface Server {
  readonly process: { readonly pid: number };
  readonly url: string;
  /** Of each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Before the first request. Bytes. */
  readonly idle: number;
}

interface Sample {
  /** Microseconds of the server's CPU time per request. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "8" },
      seconds: { type: "string", default: "2" },
      "warm-up": { type: "string", default: "4" },
    },
  });
  const rounds = positiveInteger("rounds", values.rounds);
  const seconds = positiveInteger("seconds", values.seconds);
  // V8 compiles what is hot again, better, in the first seconds.
  const warmUp = positiveInteger("warm-up", values["warm-up"]);
  await using site = await startHost();
  try {
    const idle = await idleBytes(site.host.pid);
    const headers = questionHeaders(site);
    const bySession = { ...headers, Cookie: `theme=dark; ${await site.loginAtHost("alice", true)}` };
    const byPassword = { ...headers, "Proxy-Authorization": `Basic ${btoa(`alice:${password}`)}` };
    const host = { process: site.host, url: `${site.hostUrl}/api/authz/auth-request`, idle };
    const servers = {
      "Zerohop, auth-request with a session": { ...host, headers: bySession },
      "Zerohop, auth-request with a Basic credential": { ...host, headers: byPassword },
      "hono, a route that returns 200": await startPeer("hono", bySession),
      "node:http, returns 200": await startPeer("node", bySession),
    };
    for (const name of ["session", "Basic credential"] as const)
      await verify(servers[`Zerohop, auth-request with a ${name}`]);
    type Name = keyof typeof servers;
    const measure = (name: Name) => sample(servers[name], seconds);
    const names = Object.keys(servers) as Name[];
    for (const name of names) await sample(servers[name], warmUp);
    console.error(`measuring ${rounds} rounds of ${seconds} s each ...`);
    const samples = await interleave(names, rounds, measure);
    console.log(table(names.map((name) => [name, samples[name], servers[name]])));
    console.log(`\n${rounds} rounds of ${seconds} s, ${connections} connections (wrk); ${machineFacts()}`);
  } finally {
    stopChildren();
  }
}

async function startPeer(kind: string, headers: Server["headers"]): Promise<Server> {
  const process = startChild(globalThis.process.execPath, [
    ...nodeOptions,
    join(import.meta.dirname, "host", "peer.ts"),
    kind,
  ]);
  const port = await new Promise<string>((resolve) => process.process.stdout!.once("data", resolve));
  const url = `http://127.0.0.1:${port.trim()}/api/authz/auth-request`;
  return { process, url, headers, idle: await idleBytes(process.pid) };
}

/** What nginx sends for a browser's request. */
function questionHeaders(site: Site): Record<string, string> {
  return {
    host: "127.0.0.1:9091",
    "X-Original-Method": "GET",
    "X-Original-URL": site.url("app", "/articles/2026/08/index.html?page=2&lang=en"),
    "X-Forwarded-For": "192.0.2.41",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
  };
}

/** A server that does not check is no measure: it must let whoever says who they are through, and nobody else. */
async function verify({ url, headers: { host: _, ...headers } }: Server): Promise<void> {
  const { Cookie: _cookie, "Proxy-Authorization": _credential, ...anonymous } = headers;
  const statuses = [(await fetch(url, { headers })).status, (await fetch(url, { headers: anonymous })).status];
  if (statuses.join() !== "200,401") throw new Error(`the host answers ${statuses} and not 200 and 401`);
}

async function sample(server: Server, seconds: number): Promise<Sample> {
  const before = cpuMicroseconds(server.process.pid);
  const { requests, requestsPerSecond } = await load({
    url: server.url,
    headers: server.headers,
    seconds,
    connections,
  });
  return { cpu: (cpuMicroseconds(server.process.pid) - before) / requests, requestsPerSecond };
}

function table(rows: readonly (readonly [name: string, samples: readonly Sample[], server: Server])[]): string {
  const reference = median(rows.at(-1)![1].map(({ cpu }) => cpu));
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const cells = rows.map(([name, samples, { process, idle }]) => {
    const cpu = samples.map((one) => one.cpu);
    const rate = median(samples.map(({ requestsPerSecond }) => requestsPerSecond));
    const perCpuSecond = 1e6 / median(cpu);
    return [
      name,
      `${(median(cpu) / reference).toFixed(2)}x`,
      median(cpu).toFixed(1),
      spread(cpu).toFixed(1),
      rate.toFixed(0),
      perCpuSecond.toFixed(0),
      megabytes(idle),
      megabytes(residentBytes(process.pid)),
    ];
  });
  return markdownTable(
    ["server", "CPU", "µs CPU", "±", "req/s", "req per CPU-second", "MiB idle", "MiB loaded"],
    cells,
  );
}
