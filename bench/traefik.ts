// `npm run bench -- traefik [--rounds 16] [--seconds 2] [--warm-up 3]`: what a check adds to Traefik's CPU time per allowed request, by the
// plugin and by ForwardAuth to the host, whose own time is shown beside it. One run measures all, in interleaved rounds.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { locateEnvoy } from "../workshop/programs/envoy.ts";
import { locateTraefik } from "../workshop/programs/traefik.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { preparePlugin } from "../workshop/proxies/traefik-plugin.ts";
import { startEnvoy } from "./envoy/envoy.ts";
import { statusOf } from "./envoy/request.ts";
import { startHost } from "./host/host.ts";
import { stopChildren } from "./measure/children.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { machineFacts } from "./measure/machine.ts";
import { positiveInteger } from "./measure/options.ts";
import { interleave, median, spread } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";
import { load } from "./measure/wrk.ts";
import { startTraefik, type Traefik } from "./traefik/traefik.ts";

const connections = 16;
/** What the plugin may add, of what ForwardAuth adds; fewer rounds than these say nothing of it. */
const allowed = 1 / 5;
const tellingRounds = 4;

type Name = "plain" | "plugin" | "ForwardAuth";
const names: readonly Name[] = ["plain", "plugin", "ForwardAuth"];

interface Sample {
  /** Microseconds of CPU time per request, of Traefik and of the host. */
  readonly cpu: number;
  readonly hostCpu: number;
  readonly requestsPerSecond: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "16" },
      seconds: { type: "string", default: "2" },
      "warm-up": { type: "string", default: "3" },
    },
  });
  const rounds = positiveInteger("rounds", values.rounds);
  const seconds = positiveInteger("seconds", values.seconds);
  const warmUp = positiveInteger("warm-up", values["warm-up"]);
  const program = await locateTraefik((line) => console.error(line));
  await using site = await startHost();
  try {
    const { folder } = site;
    const backend = await startBackend();
    const proxies = {
      plain: await startTraefik({ program, folder: join(folder, "plain"), backend, middlewares: {} }),
      plugin: await startWithPlugin(program, join(folder, "plugin"), backend, site),
      ForwardAuth: await startWithForwardAuth(program, join(folder, "forward-auth"), backend, site),
    };
    const headers = requestHeaders(site, await site.loginAtHost("alice", true));
    for (const name of names) await verify(name, proxies[name], headers);

    const measure = async (name: Name, duration: number): Promise<Sample> => {
      const { process, origin } = proxies[name];
      const before = [process.pid, site.host.pid].map(cpuMicroseconds);
      const { requests, requestsPerSecond } = await load({
        ...{ url: `${origin}/projects/42?tab=files`, headers, seconds: duration, connections },
      });
      const [cpu, hostCpu] = [process.pid, site.host.pid].map(
        (pid, i) => (cpuMicroseconds(pid) - before[i]!) / requests,
      );
      return { cpu: cpu!, hostCpu: hostCpu!, requestsPerSecond };
    };
    for (const name of names) await measure(name, warmUp);
    console.error(`measuring ${rounds} rounds of ${seconds} s each ...`);
    report(await interleave(names, rounds, (name) => measure(name, seconds)));
    console.log(`${rounds} rounds of ${seconds} s, ${connections} connections (wrk); ${machineFacts()}`);
  } finally {
    stopChildren();
  }
}

async function startBackend(): Promise<string> {
  const envoy = await startEnvoy(await locateEnvoy((line) => console.error(line)), [{ name: "backend", filters: [] }]);
  return envoy.origin("backend");
}

async function startWithPlugin(program: string, folder: string, backend: string, site: Site): Promise<Traefik> {
  mkdirSync(folder);
  const { program: watch, settings, plugin } = await preparePlugin(folder, site.hostConfig, site.hostUrl);
  site.stopLater(watch);
  return startTraefik({
    ...{ program, folder, backend, middlewares: { zerohop: { plugin: { zerohop: plugin } } } },
    settings: { experimental: { localPlugins: { zerohop: { moduleName: "zerohop", settings } } } },
  });
}

/** As in deploy/traefik/dynamic.yml, but for the trust in what the load says of itself. */
function startWithForwardAuth(program: string, folder: string, backend: string, site: Site): Promise<Traefik> {
  const forwardAuth = {
    address: `${site.hostUrl}/api/authz/forward-auth`,
    trustForwardHeader: true,
    authRequestHeaders: [
      ...["Accept", "Authorization", "Cookie", "Proxy-Authorization", "User-Agent", "X-Requested-With"],
    ],
    authResponseHeaders: ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"],
    addAuthCookiesToResponse: ["zerohop_session"],
  };
  return startTraefik({ program, folder, backend, middlewares: { zerohop: { forwardAuth } } });
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
async function verify(name: Name, { origin, process }: Traefik, headers: Record<string, string>): Promise<void> {
  const { Cookie: _, ...anonymous } = headers;
  const statuses: number[] = [];
  // The routers come a moment after the port.
  for (let i = 0; i < 100 && statuses[0] !== 200; i++) {
    await sleep(50);
    statuses[0] = await statusOf(origin, headers);
  }
  statuses.push(await statusOf(origin, anonymous));
  const due = name === "plain" ? "200,200" : "200,302";
  if (statuses.join() !== due) throw new Error(`${name} answers ${statuses} and not ${due}:\n${process.errorOutput}`);
}

function report(samples: Readonly<Record<Name, readonly Sample[]>>): void {
  const added = (name: Name) => samples[name].map(({ cpu }, round) => cpu - samples.plain[round]!.cpu);
  const whole = median(added("ForwardAuth"));
  const rows = names.map((name) => {
    const own = samples[name];
    const figures = [
      median(own.map(({ cpu }) => cpu)).toFixed(1),
      name === "ForwardAuth" ? median(own.map(({ hostCpu }) => hostCpu)).toFixed(1) : "",
      median(own.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
    ];
    if (name === "plain") return [name, "", "", "", ...figures];
    const extra = median(added(name));
    return [name, `${(extra / whole).toFixed(2)}x`, `+${extra.toFixed(1)}`, spread(added(name)).toFixed(1), ...figures];
  });
  console.log(
    markdownTable(["Traefik with", "added cost", "µs CPU added", "±", "µs CPU", "µs CPU of the host", "req/s"], rows),
  );
  const ratio = median(added("plugin")) / whole;
  console.log(`\nThe plugin adds ${ratio.toFixed(3)} of what ForwardAuth adds; at most ${allowed} is meant.`);
  if (ratio > allowed && samples.plain.length >= tellingRounds) process.exitCode = 1;
}
