// `npm start` as a person runs it, from a checkout where nothing was built before: it gets ready, works, and leaves nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { HttpsClient } from "../../workshop/clients/https-client.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { onPath } from "../../workshop/programs/on-path.ts";

const checkout = join(import.meta.dirname, "..", "..");
/** The same, without what was built in it. */
const root = mkdtempSync(join(tmpdir(), "zerohop-checkout-"));
/** What takes a network, and is the same everywhere. */
const fetched = ["node_modules", ".cache"];
const made = [...fetched, ".git", "build", "dist", ".demo", "artefacts", "deploy/caddy-module/gate.wasm"];
const slowestStart = 100_000;

interface Run {
  readonly process: ChildProcess;
  /** All it printed so far. */
  output(): string;
  /** Resolves with the exit code, null after a signal, once nobody holds its output any more. */
  readonly ended: Promise<number | null>;
}

describeWith(await envoy(), "npm start", () => {
  describeWith(onPath("npm"), "run from the checkout", (npm) => {
    const runs: Run[] = [];
    let port: number;

    beforeAll(() => {
      cpSync(checkout, root, { recursive: true, filter: (path) => !made.includes(relative(checkout, path)) });
      for (const name of fetched) symlinkSync(join(checkout, name), join(root, name));
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    afterEach(async () => {
      for (const run of runs.splice(0)) {
        signal(run, "SIGTERM");
        await run.ended;
      }
      rmSync(demoFolder(port), { recursive: true, force: true });
    });

    /** In a process group of its own, as a terminal would start it. */
    function start(environment: Readonly<Record<string, string>>): Run {
      const child = spawn(npm, ["start"], {
        cwd: root,
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      let output = "";
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on("data", (chunk: Buffer) => {
          output += chunk;
        });
      }
      const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
      const run = { process: child, output: () => output, ended };
      runs.push(run);
      return run;
    }

    async function startOnFreePorts(): Promise<Run> {
      port = await freePort();
      return start({ ZEROHOP_PORT: String(port), ZEROHOP_HTTP_PORT: String(await freePort()) });
    }

    async function ready(run: Run): Promise<void> {
      const end = run.ended.then((code) => {
        throw new Error(`npm start ended with ${code}:\n${run.output()}`);
      });
      const line = expect.poll(() => run.output(), { timeout: slowestStart, interval: 50 }).toMatch(/^ready$/m);
      await Promise.race([line, end]);
    }

    test("gets ready, answers as it says, and ends with everything it started on Ctrl-C", async () => {
      const run = await startOnFreePorts();
      await ready(run);
      for (const name of ["auth", "app", "admin", "public"]) {
        expect(run.output()).toContain(`https://${name}.zerohop.localhost:${port}`);
      }
      expect(run.output()).toMatch(/alice.*bob/);

      const client = new HttpsClient(readFileSync(join(root, ".demo", "tls", "ca.pem"), "utf8"));
      const browser = [["accept", "text/html"]] as const;
      const statuses = ["auth", "app", "admin", "public"].map(async (name) => {
        return (await client.get(`https://${name}.zerohop.localhost:${port}/`, { headers: browser })).status;
      });
      expect(await Promise.all(statuses)).toEqual([200, 302, 302, 200]);

      const started = programsOf(port);
      expect(started.length).toBeGreaterThanOrEqual(2);
      signal(run, "SIGINT");
      await run.ended;
      expect(programsOf(port)).toEqual([]);
    });

    test("works a second time in a row, with the users and keys of the first", async () => {
      const first = await startOnFreePorts();
      await ready(first);
      signal(first, "SIGTERM");
      await first.ended;
      const second = start({ ZEROHOP_PORT: String(port), ZEROHOP_HTTP_PORT: String(await freePort()) });
      await ready(second);
    });

    test("leaves nothing behind when all of it is killed", async () => {
      const run = await startOnFreePorts();
      await ready(run);
      signal(run, "SIGKILL");
      await expect.poll(() => programsOf(port)).toEqual([]);
    });

    for (const name of ["SIGTERM", "SIGKILL"] as const) {
      test(`leaves nothing behind when npm alone gets ${name}`, async () => {
        const run = await startOnFreePorts();
        await ready(run);
        run.process.kill(name);
        await run.ended;
        expect(programsOf(port)).toEqual([]);
      });
    }

    test("ends with the reason when Envoy dies", async () => {
      const run = await startOnFreePorts();
      await ready(run);
      for (const { pid, command } of programsOf(port)) if (command.includes("envoy.yaml")) process.kill(pid, "SIGKILL");
      expect(await run.ended).not.toBe(0);
      expect(run.output()).toContain("Envoy was ended by SIGKILL");
      await expect.poll(() => programsOf(port), { timeout: 10_000 }).toEqual([]);
    });

    test("says in one sentence that a port is taken", async () => {
      port = await freePort();
      const taken = await listen(port);
      const run = start({ ZEROHOP_PORT: String(port), ZEROHOP_HTTP_PORT: String(await freePort()) });
      expect(await run.ended).not.toBe(0);
      taken.close();
      expect(run.output()).toContain(
        `zerohop: Port ${port} is taken by another program; set ZEROHOP_PORT to another one.\n`,
      );
      expect(run.output()).not.toContain("    at ");
    });
  });
});

/** To the whole process group, as Ctrl-C in a terminal does. */
function signal(run: Run, name: NodeJS.Signals): void {
  try {
    process.kill(-run.process.pid!, name);
  } catch {
    // it has ended
  }
}

function demoFolder(port: number): string {
  return join(root, ".demo", String(port));
}

/** The programs that work in the folder of the demo on `port`. */
function programsOf(port: number): { pid: number; command: string }[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }))
    .filter(({ command }) => command.includes(demoFolder(port)));
}

/** The command line; empty for what is gone, or only waits to be reaped. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
  });
}
