// Two hosts on one PostgreSQL behind Envoy. What was acknowledged to a client stays true, whichever of the three dies.
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { hostListens, startHost } from "../../../workshop/host/program.ts";
import { domain } from "../../../workshop/host/site.ts";
import { password } from "../../../workshop/host/users.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import type { Program } from "../../../workshop/processes/program.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";

/** Each request is a connection of its own: of so many, each of two workers gets some but for one case in two thousand. */
const connections = 12;

/** Logins at a time, through all that is killed meanwhile. */
const clients = 12;

/** One of the two hosts. */
class Host {
  readonly port: number;
  readonly #config: string;
  #program!: Program;

  constructor(config: string, port: number) {
    this.#config = config;
    this.port = port;
  }

  async start(): Promise<void> {
    this.#program = startHost(this.#config, `${this.#config}.log`);
    await hostListens(this.#program, this.port);
  }

  async kill(): Promise<void> {
    await this.#program?.stop("SIGKILL");
  }

  get pid(): number {
    return this.#program.pid;
  }
}

const needed = postgresProgram.path === undefined ? postgresProgram : await envoy();

describeWith(needed, "two hosts on one PostgreSQL behind Envoy", (path) => {
  let server: Postgres;
  let stack: Stack;
  let one: Host;
  let other: Host;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.end(), 60_000);

  beforeEach(async () => {
    const { port, database, username } = await server.createDatabase();
    const otherPort = await freePort();
    stack = await Stack.start({
      envoy: path,
      withHost: false,
      configureHost(config) {
        const postgres = { address: `127.0.0.1:${port}`, database, username, timeout: "2s", tls: { disable: true } };
        config.storage = { encryption_key_file: "encryption-key", postgres };
      },
      configureEnvoy: (config) => withSecondHost(config, otherPort),
    });
    const { hostConfig, hostPort } = stack;
    const otherConfig = join(stack.folder, "other.yml");
    writeFileSync(otherConfig, readFileSync(hostConfig, "utf8").replace(String(hostPort), String(otherPort)));
    await makeLoginsCheap(stack.folder);
    [one, other] = [new Host(hostConfig, hostPort), new Host(otherConfig, otherPort)];
    await Promise.all([one.start(), other.start()]);
    await expect.poll(() => statuses("public")).toEqual([200]);
  });
  afterEach(async () => {
    await Promise.all([one?.kill(), other?.kill()]);
    await stack?.[Symbol.asyncDispose]();
  });

  /** What Envoy's workers answer to a browser. */
  const statuses = async (name: string, cookie?: string): Promise<readonly number[]> => {
    const headers: HeaderLines = [
      ["accept", "text/html"],
      ...(cookie === undefined ? [] : [["cookie", cookie] as const]),
    ];
    const asked = Array.from({ length: connections }, () => stack.client.get(stack.url(name), { headers }));
    return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
  };

  /** Asks one of the hosts, past Envoy but as it does. */
  const at = async ({ port }: Host, method: string, target: string, cookie = "", body?: object) => {
    const headers = { host: `auth.${domain}:${stack.httpsPort}`, "x-forwarded-proto": "https", cookie };
    return new Promise<{ status: number; cookie: string; body: string }>((resolve, reject) => {
      const all = { ...headers, ...(body && { "content-type": "application/json" }) };
      const options = { host: "127.0.0.1", port, path: target, method, headers: all, agent: false, timeout: 15_000 };
      const outgoing = request(options, async (incoming) => {
        const chunks = await incoming.toArray();
        const [set = ""] = incoming.headers["set-cookie"] ?? [];
        resolve({ status: incoming.statusCode!, cookie: set.split(";")[0]!, body: Buffer.concat(chunks).toString() });
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("error", reject);
      outgoing.end(body && JSON.stringify(body));
    });
  };
  const credentials = { username: "alice", password };
  const logInAt = async (host: Host) => (await at(host, "POST", "/api/firstfactor", "", credentials)).cookie;
  const userAt = async (host: Host, cookie: string) =>
    JSON.parse((await at(host, "GET", "/api/state", cookie)).body).data.username as string;

  test("a session of one is good everywhere, and revoked at the other it is refused by every worker", async () => {
    const [kept, ended] = [await logInAt(one), await logInAt(one)];
    expect(await statuses("app", ended)).toEqual([200]);
    expect((await at(other, "POST", "/api/logout", ended, {})).status).toBe(200);
    await expect.poll(() => statuses("app", ended), { timeout: 10_000 }).toEqual([302]);
    expect(await statuses("app", kept)).toEqual([200]);
    expect([await userAt(one, ended), await userAt(other, kept)]).toEqual(["", "alice"]);
  });

  test("either killed in the middle of logins: no acknowledged login or logout is lost, and none comes back", async () => {
    const kept: string[] = [];
    const ended: string[] = [];
    let unanswered = 0;
    let going = true;
    const client = async () => {
      for (let count = 0; going; count++) {
        try {
          const cookie = await stack.login("alice");
          if (count % 2 === 0) kept.push(cookie);
          else {
            const headers: HeaderLines = [["cookie", cookie]];
            const out = await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers });
            if (out.status === 200) ended.push(cookie);
          }
        } catch {
          // The host was killed before it answered: nothing was acknowledged.
          unanswered++;
          await sleep(20);
        }
      }
    };
    const working = Array.from({ length: clients }, client);
    const acknowledged = () => kept.length + ended.length;
    for (const host of [one, other, one, other]) {
      const before = acknowledged();
      await expect.poll(acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 50);
      await host.kill();
      // The one that is left goes on.
      const between = acknowledged();
      await expect.poll(acknowledged, { timeout: 60_000 }).toBeGreaterThan(between + 10);
      await host.start();
    }
    going = false;
    await Promise.all(working);
    expect(unanswered).toBeGreaterThan(0);
    expect(acknowledged()).toBeGreaterThan(240);

    const check = async () => {
      for (const host of [one, other]) {
        for (const cookie of kept) expect(await userAt(host, cookie)).toBe("alice");
        for (const cookie of ended) expect(await userAt(host, cookie)).toBe("");
      }
      const decided = async (cookies: readonly string[]) => {
        const seen = new Set<number>();
        for (const cookie of cookies) {
          const headers: HeaderLines = [
            ["accept", "text/html"],
            ["cookie", cookie],
          ];
          seen.add((await stack.client.get(stack.url("app"), { headers })).status);
        }
        return [...seen];
      };
      await expect.poll(() => decided(ended.slice(-1))).toEqual([302]);
      expect(await decided(ended)).toEqual([302]);
      expect(await decided(kept)).toEqual([200]);
    };
    await check();
    // And with everything started anew.
    await stack.proxy.stop("SIGKILL");
    for (const host of [one, other]) {
      await host.kill();
      await host.start();
    }
    stack.startProxy();
    await expect.poll(() => statuses("public").catch(() => [])).toEqual([200]);
    await check();
  }, 300_000);

  test.each(["fast", "immediate"] as const)(
    "PostgreSQL restarted (%s): both hosts go on by themselves, and what is revoked reaches the proxy",
    async (mode) => {
      const [kept, ended, later] = [await logInAt(one), await logInAt(one), await logInAt(other)];
      const pids = [one.pid, other.pid];
      const health = () => Promise.all([one, other].map(async (host) => (await at(host, "GET", "/api/health")).status));
      expect(await health()).toEqual([200, 200]);
      await server.kill(mode);
      expect(await health()).toEqual([503, 503]);
      expect((await at(one, "POST", "/api/firstfactor", "", credentials)).status).toBe(503);
      expect((await at(one, "POST", "/api/logout", ended, {})).status).toBe(503);
      expect(await statuses("app", kept)).toEqual([200]);
      // Long enough for the hosts to look for it seldom.
      await sleep(4000);

      await server.start();
      await expect.poll(health, { timeout: 20_000, interval: 20 }).toEqual([200, 200]);
      // Meanwhile nobody may be listening yet.
      expect((await at(one, "POST", "/api/logout", ended, {})).status).toBe(200);
      await expect.poll(() => statuses("app", ended)).toEqual([302]);

      // And from then on each hears of the other at once, whichever of them Envoy's question waits at.
      await sleep(6000);
      for (const [host, cookie] of [
        [one, later],
        [other, await logInAt(one)],
      ] as const) {
        expect(await statuses("app", cookie)).toEqual([200]);
        expect((await at(host, "POST", "/api/logout", cookie, {})).status).toBe(200);
        await expect.poll(() => statuses("app", cookie), { timeout: 10_000 }).toEqual([302]);
      }
      expect(await statuses("app", kept)).toEqual([200]);
      expect([one.pid, other.pid]).toEqual(pids);
      expect(await userAt(other, kept)).toBe("alice");
    },
  );
});

/** Envoy asks both hosts in turn, and leaves out the one that does not answer. */
function withSecondHost(text: string, port: number): string {
  const config = parse(text);
  // biome-ignore lint/suspicious/noExplicitAny: Envoy's configuration
  const cluster = config.static_resources.clusters.find(({ name }: any) => name === "zerohop_host");
  const [{ lb_endpoints: endpoints }] = cluster.load_assignment.endpoints;
  endpoints.push({ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } });
  cluster.health_checks = [
    {
      ...{ timeout: "1s", interval: "0.5s", unhealthy_threshold: 1, healthy_threshold: 1 },
      http_health_check: { path: "/api/health" },
    },
  ];
  return stringify(config, { lineWidth: 0 });
}

async function makeLoginsCheap(folder: string): Promise<void> {
  const hash = await hashArgon2(password, cheapParameters);
  const users = { alice: { displayname: "Alice", password: hash, groups: ["admins"] } };
  writeFileSync(join(folder, "users.yml"), stringify({ users }));
}
