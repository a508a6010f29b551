// Every benchmark, run as `npm run bench` does but for a moment only: it runs to its end and prints its table. What it measures
// then says nothing, and is not looked at.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { partialGates } from "../../bench/envoy/ablation.ts";
import { caddyModule, describeWith, envoy, traefik } from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { postgresProgram } from "../../workshop/servers/postgres.ts";

const folder = join(import.meta.dirname, "..", "..", "bench");
const wrk = onPath("wrk");
const envoyProgram = await envoy();
const traefikProgram = await traefik();
const caddyProgram = await caddyModule();

interface ShortRun {
  readonly options: readonly string[];
  readonly needs: readonly Needed[];
  /** Titles of columns of its tables. */
  readonly columns: readonly string[];
}

const runs: Readonly<Record<string, ShortRun>> = {
  basic: {
    options: ["--seconds", "1", "--rate", "100"],
    needs: [envoyProgram],
    columns: ["one Basic credential"],
  },
  caddy: {
    options: ["--rounds", "1", "--seconds", "1", "--warm-up", "1"],
    needs: [caddyProgram, envoyProgram, wrk],
    columns: ["Caddy with"],
  },
  core: {
    options: ["--rounds", "1", "--seconds", "0.01"],
    needs: [],
    columns: ["ns per decision", "ns per request", "loading a policy"],
  },
  crypto: { options: ["--rounds", "1", "--seconds", "0.01"], needs: [], columns: ["of node:crypto"] },
  endurance: {
    options: ["--minutes", "0.05", "--sessions", "10", "--rate", "100"],
    needs: [envoyProgram],
    columns: ["endurance"],
  },
  envoy: {
    options: ["--rounds", "1", "--warm-up", "1", "--set-cookie"],
    needs: [envoyProgram, wrk],
    columns: ["Envoy with"],
  },
  fleet: {
    options: ["--gates", "10", "--seconds", "1", "--rules", "10", "--revoked", "10", "--forward-auth", "20"],
    needs: [],
    columns: ["10 gates, 10 rules, 10 revocations in force, 20 log-outs a second for 1 s"],
  },
  flood: { options: ["--rounds", "1", "--seconds", "0.2"], needs: [envoyProgram], columns: ["p99 ratio"] },
  host: {
    options: ["--rounds", "1", "--seconds", "1", "--warm-up", "1"],
    needs: [wrk],
    columns: ["req per CPU-second"],
  },
  pollers: { options: ["--pollers", "10", "--rounds", "1"], needs: [], columns: ["10 pollers"] },
  regex: { options: ["--rounds", "1", "--seconds", "0.001"], needs: [], columns: ["pattern", "steps per byte"] },
  revocation: { options: ["--logouts", "2"], needs: [envoyProgram], columns: ["p50", "p99", "longest"] },
  sessions: {
    options: ["--sessions", "100,1000", "--seconds", "0.5"],
    needs: [envoyProgram],
    columns: ["valid sessions", "signatures per session"],
  },
  "sign-ins": {
    options: ["--people", "4", "--seconds", "0.1"],
    needs: [],
    columns: ["sign-ins/s", "4 people at once"],
  },
  storage: {
    options: ["--sessions", "1000", "--audit", "1000"],
    needs: [postgresProgram],
    columns: ["SQLite", "PostgreSQL", "another waits at most"],
  },
  traefik: {
    options: ["--rounds", "1", "--seconds", "1", "--warm-up", "1"],
    needs: [traefikProgram, envoyProgram, wrk],
    columns: ["Traefik with"],
  },
};

test("every benchmark is here", () => {
  const names = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "main.ts");
  expect(names.map((file) => file.slice(0, -".ts".length)).sort()).toEqual(Object.keys(runs).sort());
});

test.each(partialGates)("the gate that $name is the gate but for what is cut out of it", ({ cuts }) => {
  for (const { file, find } of cuts)
    expect(readFileSync(join(folder, "..", "assembly", file), "utf8").split(find)).toHaveLength(2);
});

for (const [name, { options, needs, columns }] of Object.entries(runs)) {
  const needed = needs.find(({ path }) => path === undefined) ?? { name: "node", path: process.execPath };
  describeWith(needed, `bench ${name}`, () => {
    test("runs to its end", async ({ signal }) => {
      const args = ["--disable-warning=ExperimentalWarning", join(folder, "main.ts"), name, ...options];
      const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
      const titles = stdout.match(/^\|.*\|(?=\n\| ---)/gm)?.join("\n");
      for (const column of columns) expect(titles).toContain(column);
    });
  });
}
