// Very many requests to the gate in real Caddy, each answer compared with what is due while leases are renewed, and how long a log-out
// takes to every worker. ZEROHOP_CADDY_ENDURANCE=1 sends 500,000 requests and logs out 50 times: minutes.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Connection, requestText } from "../../../bench/life/connection.ts";
import { Latencies } from "../../../bench/measure/latencies.ts";
import { residentBytes } from "../../../bench/measure/memory.ts";
import { describeWith, caddyModule as locate } from "../../../workshop/programs/needed.ts";
import type { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { startCaddy } from "./administered.ts";

const long = process.env.ZEROHOP_CADDY_ENDURANCE !== undefined;
const [requests, logouts] = long ? [500_000, 50] : [5000, 5];
/** More than there are workers, so that each has some. */
const connections = 16;
/** Seconds; a lease is a fifth. */
const inactivity = 60;

describeWith(await locate(), "the gate in Caddy for long", (path) => {
  let stack: ForwardAuthStack;
  let open: Connection[];

  const visit = (name: string, cookie: string, path = "/") =>
    requestText({ host: new URL(stack.url(name)).host, path, headers: { accept: "text/html", cookie } });

  beforeAll(async () => {
    stack = await startCaddy(path, { inactivity });
    const { hostname, port } = new URL(stack.url("app"));
    const endpoint = { port: Number(port), tls: { ca: stack.ca, servername: hostname } };
    open = await Promise.all(Array.from({ length: connections }, () => Connection.open(endpoint)));
  });
  afterAll(async () => {
    for (const connection of open ?? []) connection.close();
    await stack?.[Symbol.asyncDispose]();
  });

  test(`${requests} requests get what is due, and its memory stays flat`, { timeout: 1_200_000 }, async () => {
    const sessions = await Promise.all(["alice", "bob"].map((user) => stack.loginAtHost(user, true)));
    const wrong = new Map<string, number>();
    const samples: number[] = [];
    let renewals = 0;
    let sent = 0;
    const ask = async (connection: Connection, number: number) => {
      const kind = number % 20;
      // Each with a path and a cookie of its own, which nothing is to be kept of; one in twenty has no session, one is somebody else's.
      const who = number % sessions.length;
      const [name, cookie, due] =
        kind === 0
          ? (["app", `theme=${number}`, 302] as const)
          : kind === 1
            ? (["app", `zerohop_session=forged-${number}`, 302] as const)
            : (["app", `theme=${number}; ${sessions[who]}`, 200] as const);
      const reply = await connection.ask(visit(name, cookie, `/page/${number}?of=${requests}`));
      const renewed = reply.header("set-cookie")?.match(/^zerohop_session=[^;]+/)?.[0];
      if (renewed && kind > 1) {
        sessions[who] = renewed;
        renewals++;
      }
      if (reply.status !== due)
        wrong.set(`${reply.status}, not ${due}`, (wrong.get(`${reply.status}, not ${due}`) ?? 0) + 1);
    };
    const began = performance.now();
    await Promise.all(
      open.map(async (connection) => {
        while (sent < requests) {
          const number = sent++;
          if (number % (requests / 50) === 0) samples.push(residentBytes(stack.proxy.pid) / 2 ** 20);
          await ask(connection, number);
        }
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    // Go gives memory back late, so what counts is the most that it ever had: in the second half no more than in the first.
    const [first, second] = [Math.max(...samples.slice(0, 25)), Math.max(...samples.slice(25))];
    console.log(
      `${requests} requests in ${seconds.toFixed(0)} s, ${renewals} new leases; MiB at the most: ${first.toFixed(0)} in the first half, ${second.toFixed(0)} in the second`,
    );
    expect(Object.fromEntries(wrong)).toEqual({});
    if (long) {
      expect(renewals).toBeGreaterThan(0);
      expect(second).toBeLessThan(first * 1.1);
    }
    expect(readFileSync(`${stack.folder}/caddy module.log`, "utf8")).not.toMatch(/gate has failed/);
  });

  test(`${logouts} log-outs are in force on every worker at once`, { timeout: 600_000 }, async () => {
    const delays = new Latencies();
    for (let i = 0; i < logouts; i++) {
      const session = await stack.loginAtHost("alice", true);
      const request = visit("app", session);
      for (const connection of open) expect((await connection.ask(request)).status).toBe(200);
      await stack.logoutAtHost(session);
      const loggedOut = performance.now();
      const refused = open.map(async (connection) => {
        while ((await connection.ask(request)).status === 200) await sleep(1);
        const moment = performance.now();
        // It does not change its mind.
        expect((await connection.ask(request)).status).toBe(302);
        return moment;
      });
      delays.add(Math.max(0, Math.max(...(await Promise.all(refused))) - loggedOut));
    }
    console.log(
      `from ${logouts} log-outs to the last worker's refusal, ms (p50, p99, longest): ${delays.cells().join(", ")}`,
    );
    // A tick is 50 ms; the rest is the machine's.
    expect(delays.percentile(0.5)).toBeLessThan(1000);
  });
});
