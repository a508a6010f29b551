// `npm run bench -- fleet [--gates 1000] [--log-outs 20] [--seconds 60] [--rules 10000] [--revoked 10000] [--forward-auth 50] [--write]`: so
// many gates wait for news at one host process, whose policy has so many rules and with so many revocations in force, while so many people a
// second log out. What a log-out sends to a gate, when the last gate has it, and what it costs the host, beside a server on node:http alone that answers
// the same polls as often and looks at nothing. With --forward-auth the host is asked
// about a request so many times a second meanwhile. docs/scale.md says what follows for larger fleets; --write puts the table of this run into it.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { asOperatorOf } from "../host/cli/open.ts";
import { parameters } from "../host/kit/sql/queries.ts";
import { keyringOf } from "../host/operations/operator.ts";
import { SessionStore } from "../host/session/store.ts";
import { issueToken } from "../host/session/token.ts";
import { gateConfig } from "../workshop/host/program.ts";
import type { Site } from "../workshop/proxies/site.ts";
import { FleetGate } from "./fleet/gates.ts";
import { startHost } from "./host/host.ts";
import { startChild } from "./measure/children.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { Latencies } from "./measure/latencies.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";

/** A log-out that has not reached every gate by then never will. Milliseconds. */
const longest = 10_000;

/** How long the server beside the host is measured. */
const peerMilliseconds = 10_000;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gates: { type: "string", default: "1000" },
      "log-outs": { type: "string", default: "20" },
      seconds: { type: "string", default: "60" },
      rules: { type: "string", default: "10000" },
      revoked: { type: "string", default: "10000" },
      "forward-auth": { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const count = (name: "gates" | "log-outs" | "seconds" | "rules" | "revoked") => positiveInteger(name, values[name]);
  const [gates, rate, seconds] = [count("gates"), count("log-outs"), count("seconds")];
  const [rules, revoked] = [count("rules"), count("revoked")];
  const asked = values["forward-auth"];
  const questionRate = asked === undefined ? undefined : positiveInteger("forward-auth", asked);

  await using site = await startHost({
    configureHost(config) {
      config.session.max_per_user = 10_000;
      for (let i = 0; i < rules; i++)
        config.access_control.rules.push({
          domain: `app${i}.zerohop.localhost`,
          policy: "one_factor",
          subject: "group:dev",
        });
    },
  });
  const warmUp = 2 * rate;
  const cookies = await fill(site, 1 + warmUp + rate * seconds, revoked);
  const { edge_token: edgeToken } = JSON.parse(await gateConfig(site.hostConfig));
  const fleet = new Fleet(Number(new URL(site.hostUrl).port), edgeToken, gates);
  await fleet.haveBundles();
  const bundleBytes = fleet.sum(({ bytesIn }) => bytesIn) / gates;
  const pid = site.host.pid!;

  const staying = cookies.pop()!;
  await fleet.logOut(site, cookies.splice(0, warmUp), rate);
  const questions = questionRate === undefined ? undefined : new Questions(site.hostUrl, staying, questionRate);
  const before = fleet.counts();
  const cpuBefore = cpuMicroseconds(pid);
  const started = performance.now();
  const delays = await fleet.logOut(site, cookies, rate);
  const elapsed = (performance.now() - started) / 1000;
  const cpu = (cpuMicroseconds(pid) - cpuBefore) / 1e6;
  const after = fleet.counts();
  const memory = residentBytes(pid);
  const answers = await questions?.end();
  fleet.close();
  const answersOfGate = (after.answers - before.answers) / gates;
  const peer = await costOfPeer(gates, (elapsed * 1000) / answersOfGate);

  const each = (name: keyof typeof after) => (after[name] - before[name]) / gates / cookies.length;
  const table = markdownTable(
    [`${gates} gates, ${rules} rules, ${revoked} revocations in force, ${rate} log-outs a second for ${seconds} s`, ""],
    [
      ["bytes from the host, for each gate and log-out", each("bytesIn").toFixed(0)],
      ["bytes of polls, for each gate and log-out", each("bytesOut").toFixed(0)],
      ["answers, for each gate and log-out", each("answers").toFixed(2)],
      ["from a log-out's request to the last gate: p50, p99, longest (ms)", delays.cells().join(", ")],
      ["the host's CPU, of one core", (cpu / elapsed).toFixed(2)],
      [
        "the host's CPU for each answer, log-outs included (µs)",
        ((cpu * 1e6) / (after.answers - before.answers)).toFixed(1),
      ],
      ["a server's that answers as often and looks at nothing, on node:http alone (µs)", peer.toFixed(1)],
      ["the host's memory (MiB)", (memory / 2 ** 20).toFixed(0)],
      ["a whole bundle, which every log-out sent to every gate before (bytes)", bundleBytes.toFixed(0)],
      ["whole bundles meanwhile", String(after.wholeBundles - before.wholeBundles)],
      ...(answers
        ? [[`forward-auth, asked ${questionRate} times a second: p50, p99, longest (ms)`, answers.cells().join(", ")]]
        : []),
    ],
  );
  console.log(`${table}\n\nGates in one process beside the host; ${machineFacts()}`);
  if (values.write) writeTable(table);
}

/** What it costs a server that looks at nothing to answer so many gates' polls once in a period (ms) each. Microseconds of CPU for an answer. */
async function costOfPeer(gates: number, period: number): Promise<number> {
  const server = startChild(process.execPath, [join(import.meta.dirname, "fleet", "peer.ts"), String(period)]);
  const [port] = await once(server.process.stdout!, "data");
  const fleet = new Fleet(Number(port), "token", gates);
  await fleet.haveBundles();
  const [before, cpuBefore] = [fleet.counts(), cpuMicroseconds(server.pid)];
  await sleep(peerMilliseconds);
  const [after, cpuAfter] = [fleet.counts(), cpuMicroseconds(server.pid)];
  fleet.close();
  server.stop();
  return (cpuAfter - cpuBefore) / (after.answers - before.answers);
}

/** Puts a table in the place of the first one of docs/scale.md. */
function writeTable(table: string): void {
  const file = join(import.meta.dirname, "..", "docs", "scale.md");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(/^(\|.*\n)+/m, () => `${table}\n`),
  );
}

/** Asks the host's forward-auth about an allowed request of one session, so many times a second, one question at a time. */
class Questions {
  readonly #latencies = new Latencies();
  readonly #asking: Promise<void>;
  #ends = false;

  constructor(hostUrl: string, cookie: string, rate: number) {
    const headers = { "X-Original-URL": "https://app0.zerohop.localhost/", "X-Original-Method": "GET", cookie };
    const ask = async () => {
      const answer = await fetch(`${hostUrl}/api/authz/auth-request`, { headers });
      if (answer.status !== 200) throw new Error(`forward-auth answered ${answer.status}`);
      await answer.text();
    };
    this.#asking = this.#askOn(ask, 1000 / rate);
  }

  /** Returns how long the answers took. */
  async end(): Promise<Latencies> {
    this.#ends = true;
    await this.#asking;
    return this.#latencies;
  }

  async #askOn(ask: () => Promise<void>, interval: number): Promise<void> {
    const begun = performance.now();
    for (let i = 0; !this.#ends; i++) {
      await sleep(Math.max(0, begun + i * interval - performance.now()));
      const asked = performance.now();
      await ask();
      this.#latencies.add(performance.now() - asked);
    }
  }
}

class Fleet {
  readonly #gates: FleetGate[];
  /** How many gates have still to be told of a session's end, and whom that is told. */
  readonly #waiting = new Map<string, { left: number; all: () => void }>();

  constructor(port: number, edgeToken: string, count: number) {
    this.#gates = Array.from({ length: count }, () => new FleetGate(port, edgeToken, (sids) => this.#told(sids)));
  }

  async haveBundles(): Promise<void> {
    while (!this.#gates.every(({ hasBundle }) => hasBundle)) await sleep(100);
    await sleep(1000);
  }

  /** Logs sessions out, so many a second. Returns how long each took to the last gate. */
  async logOut(site: Site, cookies: readonly string[], rate: number): Promise<Latencies> {
    const delays = new Latencies();
    const started = performance.now();
    const all = cookies.map(async (cookie, i) => {
      await sleep(Math.max(0, started + (i * 1000) / rate - performance.now()));
      const asked = performance.now();
      const told = this.#everybodyIsTold(sidOf(cookie));
      await site.logoutAtHost(cookie);
      await told;
      delays.add(performance.now() - asked);
    });
    await Promise.all(all);
    return delays;
  }

  counts() {
    return {
      bytesIn: this.sum(({ bytesIn }) => bytesIn),
      bytesOut: this.sum(({ bytesOut }) => bytesOut),
      answers: this.sum(({ answers }) => answers),
      wholeBundles: this.sum(({ wholeBundles }) => wholeBundles),
    };
  }

  sum(of: (gate: FleetGate) => number): number {
    return this.#gates.reduce((total, gate) => total + of(gate), 0);
  }

  close(): void {
    for (const gate of this.#gates) gate.close();
  }

  #everybodyIsTold(sid: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("a log-out has not reached every gate")), longest);
      const all = () => {
        clearTimeout(timer);
        this.#waiting.delete(sid);
        resolve();
      };
      this.#waiting.set(sid, { left: this.#gates.length, all });
    });
  }

  #told(sids: readonly string[]): void {
    // A whole bundle has those that are none of this benchmark's log-outs too.
    for (const sid of sids) {
      const waiting = this.#waiting.get(sid);
      if (waiting && --waiting.left === 0) waiting.all();
    }
  }
}

/** Puts sessions and revocations into the host's database. Returns the cookies of the sessions. */
function fill(site: Site, sessions: number, revoked: number): Promise<string[]> {
  return asOperatorOf([site.hostConfig], async (operator, config) => {
    const { database, clock } = operator;
    const now = clock();
    const keyring = await keyringOf(operator);
    const store = new SessionStore(database);
    for (let first = 0; first < revoked; first += 1000) {
      const sids = Array.from({ length: Math.min(1000, revoked - first) }, newSid);
      await database.changes(
        `INSERT INTO revoked_sessions (sid, forget_at) VALUES ${sids.map((_, i) => `(${parameters(2, 2 * i + 1)})`).join(", ")}`,
        ...sids.flatMap((sid) => [sid, now + 3600]),
      );
    }
    const [cookieDomain] = config.session.cookies;
    const cookies: string[] = [];
    for (let i = 0; i < sessions; i++) {
      const sid = newSid();
      const times = { authTime: now, expiresAt: now + 3600, leaseUntil: now + 300, lastSeen: now, createdAt: now };
      const { domain } = cookieDomain!;
      await store.addSession({
        ...{ sid, username: "alice", domain, level: 1, amr: ["pwd"], rememberMe: false },
        ...{ ...times, address: "127.0.0.1", userAgent: "bench" },
      });
      const claims = {
        ...{
          iss: cookieDomain!.portalUrl,
          aud: domain,
          sub: "alice",
          sid,
          iat: now,
          exp: now + 300,
          session_exp: now + 3600,
        },
        ...{ auth_time: now, amr: ["pwd"], level: 1 as const, groups: ["dev"] },
      };
      cookies.push(`${config.session.name}=${issueToken(claims, keyring.session)}`);
    }
    return cookies;
  });
}

function newSid(): string {
  return randomBytes(16).toString("base64url");
}

function sidOf(cookie: string): string {
  return JSON.parse(Buffer.from(cookie.split(".")[1]!, "base64url").toString()).sid;
}

if (import.meta.main) await run(process.argv.slice(2));
