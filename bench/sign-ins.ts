// `npm run bench -- sign-ins [--people 1000] [--seconds 10]`: how many people sign in with a password each second, with hashes as they are
// made today and with hashes that cost nothing, so that what the rest costs is seen apart; and how long the last of many waits who all come
// at once. Whoever is told to come back later does. Somebody who does not get in fails it.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Argon2Parameters, defaultParameters, hashArgon2 } from "../host/identity/passwords/argon2.ts";
import { cheapParameters, password } from "../workshop/host/users.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { startHost } from "./host/host.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { Latencies } from "./measure/latencies.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { positive, positiveInteger } from "./measure/options.ts";
import { median } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

/** As many sign in at a time where their number each second is measured. */
const atOnce = 16;
/** How often a hash by itself is measured. */
const hashes = 9;

interface Rate {
  readonly title: string;
  readonly perSecond: number;
  /** Of the host's, for each sign-in. Milliseconds. */
  readonly cpu: number;
  readonly hashCpu: number;
  readonly latencies: Latencies;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { people: { type: "string", default: "1000" }, seconds: { type: "string", default: "10" } },
  });
  const people = positiveInteger("people", values.people);
  const seconds = positive("seconds", values.seconds);
  const rates: Rate[] = [];
  {
    await using site = await startHost({ users: await usersOf(people, cheapParameters) });
    rates.push(await rate("a hash that costs nothing", site, people, seconds, cheapParameters));
  }
  await using site = await startHost({ users: await usersOf(people, defaultParameters) });
  const { memory, passes } = defaultParameters;
  rates.push(await rate(`Argon2id, ${memory / 1024} MiB, ${passes} passes`, site, people, seconds, defaultParameters));
  console.log(
    markdownTable(
      ["passwords are kept as", "sign-ins/s", "ms CPU each", "of which hash", "p50 ms", "p99 ms", "longest ms"],
      rates.map(({ title, perSecond, cpu, hashCpu, latencies }) => [
        ...[title, perSecond.toFixed(1), cpu.toFixed(2), hashCpu.toFixed(2)],
        ...latencies.cells(),
      ]),
    ),
  );
  console.log(`\n${atOnce} at a time for ${seconds} s\n`);

  console.error(`${people} people at once ...`);
  const idle = residentBytes(site.host.pid);
  const crowd = await everybody(site, people);
  const part = (share: number) => (crowd.waits.percentile(share) / 1000).toFixed(1);
  console.log(
    markdownTable(
      [`${people} people at once`, "figure"],
      [
        ["half of them are in after, s", part(0.5)],
        ["nine of ten, s", part(0.9)],
        ["the last, s", part(1)],
        ["told to come back, times in all", String(crowd.toldToWait)],
        ["another page meanwhile, longest ms", crowd.health.percentile(1).toFixed(0)],
        ["MiB before, at most", `${(idle / 2 ** 20).toFixed(0)}, ${(crowd.most / 2 ** 20).toFixed(0)}`],
      ],
    ),
  );
  console.log(`\n${machineFacts()}`);
}

/** All have the same hash: it costs as much as one of their own. */
async function usersOf(people: number, parameters: Argon2Parameters): Promise<string> {
  const hash = await hashArgon2(password, parameters);
  const lines = Array.from({ length: people }, (_, index) => `  user${index}: { password: "${hash}" }\n`);
  return `users:\n${lines.join("")}`;
}

async function rate(
  title: string,
  site: Site,
  people: number,
  seconds: number,
  parameters: Argon2Parameters,
): Promise<Rate> {
  const latencies = new Latencies();
  let next = 0;
  const signInUntil = async (end: number) => {
    while (performance.now() < end) {
      const begun = performance.now();
      const { status } = await signIn(site, next++ % people);
      if (status !== 200) throw new Error(`a sign-in answered ${status}`);
      latencies.add(performance.now() - begun);
    }
  };
  const signInFor = (duration: number) => {
    const end = performance.now() + duration * 1000;
    return Promise.all(Array.from({ length: Math.min(atOnce, people) }, () => signInUntil(end)));
  };
  // V8 compiles what is hot again, better, in the first sign-ins.
  await signInFor(seconds / 5);
  const [before, warm, begun] = [cpuMicroseconds(site.host.pid), latencies.count, performance.now()];
  await signInFor(seconds);
  const [took, count] = [(performance.now() - begun) / 1000, latencies.count - warm];
  const cpu = (cpuMicroseconds(site.host.pid) - before) / 1000 / count;
  return { title, perSecond: count / took, cpu, hashCpu: await hashMilliseconds(parameters), latencies };
}

/** CPU time of one hash, in this process. Milliseconds. */
async function hashMilliseconds(parameters: Argon2Parameters): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < hashes; i++) {
    const before = process.cpuUsage();
    await hashArgon2(password, parameters);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return median(times);
}

interface Crowd {
  /** How long each waited until they were in. */
  readonly waits: Latencies;
  readonly toldToWait: number;
  /** How long it took meanwhile to tell whether the host is well. */
  readonly health: Latencies;
  /** The most memory that the host held. Bytes. */
  readonly most: number;
}

async function everybody(site: Site, people: number): Promise<Crowd> {
  const [waits, health] = [new Latencies(), new Latencies()];
  const begun = performance.now();
  let toldToWait = 0;
  const comeIn = async (index: number) => {
    for (;;) {
      const { status, retryAfter } = await signIn(site, index);
      if (status === 200) break;
      if (status !== 503) throw new Error(`a sign-in answered ${status}`);
      toldToWait++;
      await sleep(retryAfter * 1000);
    }
    waits.add(performance.now() - begun);
  };
  let done = false;
  const all = Promise.all(Array.from({ length: people }, (_, index) => comeIn(index))).finally(() => {
    done = true;
  });
  let most = 0;
  while (!done) {
    const asked = performance.now();
    const { status } = await fetch(`${site.hostUrl}/api/health`);
    if (status !== 200) throw new Error(`/api/health answered ${status}`);
    health.add(performance.now() - asked);
    most = Math.max(most, residentBytes(site.host.pid));
    await sleep(20);
  }
  await all;
  return { waits, toldToWait, health, most };
}

/** Each comes from an address of their own. */
async function signIn(site: Site, index: number): Promise<{ readonly status: number; readonly retryAfter: number }> {
  const answer = await fetch(`${site.hostUrl}/api/firstfactor`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-forwarded-for": `198.51.${Math.floor(index / 256) % 256}.${index % 256}`,
      "x-forwarded-proto": "https",
      "x-forwarded-host": new URL(site.url("auth")).host,
    },
    body: JSON.stringify({ username: `user${index}`, password }),
  });
  await answer.arrayBuffer();
  return { status: answer.status, retryAfter: Number(answer.headers.get("retry-after") ?? 1) };
}
