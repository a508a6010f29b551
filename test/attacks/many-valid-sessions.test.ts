// A real Envoy whose worker has just started, or a Traefik, meets thousands of valid sessions at once over a few connections,
// as after a restart behind a load balancer, by themselves and beside a flood of forged tokens. None may be taken for a part
// of a flood.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Envoy } from "../../bench/envoy/envoy.ts";
import type { Connection } from "../../bench/life/connection.ts";
import { stopChildren } from "../../bench/measure/children.ts";
import {
  anyone,
  connect,
  counterOf,
  eachOnce,
  forgedToken,
  gather,
  outcomeOf,
  startColdEnvoy,
  startColdTraefik,
  visitAll,
  visitWith,
} from "../../bench/sessions/crowd.ts";
import { describeWith, envoy, traefik } from "../../workshop/programs/needed.ts";

const visitors = gather(5000);
const [known, ...unknown] = visitors as [(typeof visitors)[number], ...typeof visitors];

const envoyProgram = await envoy();

describeWith(envoyProgram, "many valid sessions", (program) => {
  let proxy: Envoy;
  let connections: Connection[] = [];
  const start = async (changed: object = {}, count = 10) => {
    proxy = await startColdEnvoy(program, changed);
    connections = await connect(proxy.origin("gate"), count);
  };
  let floods: Promise<Set<number>>[] = [];
  let isFlooding = false;
  afterEach(async () => {
    await endFloods();
    for (const connection of connections) connection.close();
    proxy?.process.stop();
  });

  /** Sends forged tokens over connections until `endFloods`, and waits until the gate leaves some of them unverified. */
  async function beginFloods(on: readonly Connection[], headers: Readonly<Record<string, string>> = {}): Promise<void> {
    isFlooding = true;
    floods = on.map(async (connection) => {
      const statuses = new Set<number>();
      while (isFlooding) statuses.add((await connection.ask(visitWith(forgedToken(known), headers))).status);
      return statuses;
    });
    await expect.poll(() => counterOf(proxy, "verifications_postponed")).toBeGreaterThan(0);
  }

  /** Every status that forged tokens were answered with. */
  async function endFloods(): Promise<Set<number>> {
    isFlooding = false;
    const statuses = new Set((await Promise.all(floods)).flatMap((one) => [...one]));
    floods = [];
    return statuses;
  }

  test("are let in from a cold start at line speed, all of them, and verified once", async () => {
    await start();
    expect(await visitAll(connections, eachOnce(visitors))).toEqual({ right: visitors.length, refused: 0, wrong: 0 });
    const more = await visitAll(connections, anyone(visitors, 1));
    expect(more).toEqual({ right: more.right, refused: 0, wrong: 0 });
    // The gate tells all its counters at once.
    await expect.poll(() => counterOf(proxy, "cache_hits")).toBe(more.right);
    expect(await counterOf(proxy, "verifications")).toBe(visitors.length);
  });

  describe("beside a flood", () => {
    test("are let in where another connection of another address sends it", async () => {
      await start({ trusted_proxies: ["127.0.0.1"] }, 11);
      const [attacker, ...others] = connections as [Connection, ...Connection[]];
      await beginFloods([attacker], { "x-forwarded-for": "203.0.113.66" });
      const outcomes = await visitAll(others, eachOnce(visitors), { "x-forwarded-for": "198.51.100.7" });
      expect(outcomes).toEqual({ right: visitors.length, refused: 0, wrong: 0 });
      expect(await endFloods()).toEqual(new Set([302, 429]));
    });

    test("are let in where it comes over the same connections, by a proxy that is trusted to say from whom", async () => {
      await start({ trusted_proxies: ["127.0.0.1"] }, 1);
      const only = connections[0]!;
      const from = (address: string) => ({ "x-forwarded-for": address });
      const forged: number[] = [];
      // Far more than the connection's share of a second.
      for (let i = 0; i < 1000; i++) {
        forged.push((await only.ask(visitWith(forgedToken(known), from("203.0.113.66")))).status);
        const visitor = unknown[i]!;
        const outcome = outcomeOf(await only.ask(visitWith(visitor.token, from("198.51.100.7"))), visitor);
        expect(outcome, `visit ${i}`).toBe("right");
      }
      expect(new Set(forged)).not.toContain(200);
    });

    test("get in at last where nothing tells them from it, and stay in", async () => {
      await start();
      const [mine, ...others] = connections as [Connection, ...Connection[]];
      await beginFloods(others);
      for (const visitor of unknown.slice(0, 5)) {
        let tries = 0;
        const visit = async () => outcomeOf(await mine.ask(visitWith(visitor.token)), visitor);
        for (let outcome = "refused"; outcome !== "right"; tries++) {
          outcome = await visit();
          expect(outcome).not.toBe("wrong");
          expect(tries).toBeLessThan(5000);
        }
        for (let i = 0; i < 100; i++) expect(await visit()).toBe("right");
      }
      expect(await endFloods()).toEqual(new Set([302, 429]));
    });
  });
});

describeWith(await traefik(), "many valid sessions at Traefik", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-sessions-"));
  afterEach(() => {
    // The backend is a child of this process as well.
    stopChildren();
    rmSync(folder, { recursive: true, force: true });
  });

  test.skipIf(envoyProgram.path === undefined)(
    "are let in, more of them than an instance of the plugin holds",
    async () => {
      const proxy = await startColdTraefik(program, folder, envoyProgram.path!);
      const connections = await connect(proxy.origin, 10);
      const outcomes = [
        await visitAll(connections, eachOnce(visitors)),
        await visitAll(connections, eachOnce(visitors)),
      ];
      for (const connection of connections) connection.close();
      expect(outcomes).toEqual([1, 2].map(() => ({ right: visitors.length, refused: 0, wrong: 0 })));
    },
  );
});
