// `npm run bench -- traefik [--rounds 16] [--seconds 2] [--warm-up 3]`: what a check adds to Traefik's CPU time per allowed request, by the
// plugin and by ForwardAuth to the host, whose own time is shown beside it. One run measures all, in interleaved rounds.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gateConfig } from "../workshop/host/program.ts";
import { domain } from "../workshop/host/site.ts";
import { locateEnvoy } from "../workshop/programs/envoy.ts";
import { traefik as locateTraefik } from "../workshop/programs/needed.ts";
import { startEnvoy } from "./envoy/envoy.ts";
import { statusOf } from "./envoy/request.ts";
import { type Host, logIn, startHost } from "./host/host.ts";
import { startChild, stopChildren } from "./measure/children.ts";
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
const root = join(import.meta.dirname, "..");

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
  const { path: program } = await locateTraefik();
  if (program === undefined) throw new Error("Traefik is not there");
  const folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
  try {
    const host = await startHost(folder);
    const backend = await startBackend();
    const proxies = {
      plain: await startTraefik({ program, folder: join(folder, "plain"), backend, middlewares: {} }),
      plugin: await startWithPlugin(program, join(folder, "plugin"), backend, host),
      ForwardAuth: await startWithForwardAuth(program, join(folder, "forward-auth"), backend, host),
    };
    const headers = requestHeaders(await logIn(host));
    for (const name of names) await verify(name, proxies[name], headers);

    const measure = async (name: Name, duration: number): Promise<Sample> => {
      const { process, origin } = proxies[name];
      const before = [process.pid, host.process.pid].map(cpuMicroseconds);
      const { requests, requestsPerSecond } = await load({
        ...{ url: `${origin}/projects/42?tab=files`, headers, seconds: duration, connections },
      });
      const [cpu, hostCpu] = [process.pid, host.process.pid].map(
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
    rmSync(folder, { recursive: true });
  }
}

async function startBackend(): Promise<string> {
  const envoy = await startEnvoy(await locateEnvoy((line) => console.error(line)), [{ name: "backend", filters: [] }]);
  return envoy.origin("backend");
}

async function startWithPlugin(program: string, folder: string, backend: string, host: Host): Promise<Traefik> {
  cpSync(join(root, "build", "traefik-plugin"), join(folder, "plugins-local", "src", "zerohop"), { recursive: true });
  const mounted = join(folder, "bundle");
  const output = join(mounted, "bundle.jws");
  mkdirSync(mounted);
  const gate = join(folder, "gate.json");
  writeFileSync(gate, await gateConfig(host.config));
  const cli = join(root, "host", "cli", "main.ts");
  const watch = startChild(process.execPath, [
    ...["--disable-warning=ExperimentalWarning", cli, "bundle", "watch"],
    ...["--gate", gate, "--output", output, "--url", host.url],
  ]);
  while (!existsSync(output)) {
    if (watch.ended) throw new Error(`zerohop bundle watch ended:\n${watch.errorOutput}`);
    await sleep(50);
  }
  const plugin = { zerohop: JSON.parse(await gateConfig(host.config, ["--traefik"])) };
  const loaded = { moduleName: "zerohop", settings: { mounts: [`${mounted}:/zerohop:ro`] } };
  return startTraefik({
    ...{ program, folder, backend, middlewares: { zerohop: { plugin } } },
    settings: { experimental: { localPlugins: { zerohop: loaded } } },
  });
}

/** As in deploy/traefik/dynamic.yml, but for the trust in what the load says of itself. */
function startWithForwardAuth(program: string, folder: string, backend: string, host: Host): Promise<Traefik> {
  const forwardAuth = {
    address: `${host.url}/api/authz/forward-auth`,
    trustForwardHeader: true,
    authRequestHeaders: [
      ...["Accept", "Authorization", "Cookie", "Proxy-Authorization", "User-Agent", "X-Requested-With"],
    ],
    authResponseHeaders: ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"],
    addAuthCookiesToResponse: ["zerohop_session"],
  };
  return startTraefik({ program, folder, backend, middlewares: { zerohop: { forwardAuth } } });
}

function requestHeaders(cookie: string): Record<string, string> {
  return {
    host: `app.${domain}:8443`,
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
