// A hundred people log in at the same moment, at a host that runs as it does in earnest: a process of its own, with hashes
// that cost 64 MiB each.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { ask } from "../../../workshop/host/in-process.ts";
import { serve } from "../../../workshop/host/serve.ts";

const people = 150;
/** Two hashes at a time at 64 MiB, and what a process grows by in such a minute. MiB. */
const allowance = 2 * 64 + 96;

/** Of the process's memory: now, and at most so far. MiB. */
function memory(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)![1]) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

test.skipIf(process.platform !== "linux")(
  "a hundred and fifty logins at once: bounded memory, an answer for everyone, and health answers meanwhile",
  async () => {
    const folder = temporaryFolder();
    // As much memory as ever, in less time.
    const hash = await hashArgon2("demo", { ...cheapParameters, memory: 65_536, parallelism: 4 });
    const names = Array.from({ length: people }, (_, index) => `user${index}`);
    writeFileSync(
      join(folder, "users.yml"),
      `users:\n${names.map((name) => `  ${name}: { password: "${hash}" }\n`).join("")}`,
    );
    writeFileSync(join(folder, "config.yml"), configText);
    const host = await serve(join(folder, "config.yml"));
    const logIn = (username: string, index: number) =>
      ask(`${host.url}/api/firstfactor`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": `198.51.100.${index}` },
        body: JSON.stringify({ username, password: "demo" }),
      });
    expect((await logIn(names[0]!, 0)).status).toBe(200);
    const before = memory(host.pid).now;

    let done = false;
    const logins = Promise.all(names.map(logIn)).finally(() => {
      done = true;
    });
    const times: number[] = [];
    while (!done) {
      const started = performance.now();
      expect((await ask(`${host.url}/api/health`)).status).toBe(200);
      times.push(performance.now() - started);
      await sleep(20);
    }
    const answers = await logins;
    const counts = Object.groupBy(answers, ({ status }) => String(status));
    expect(Object.keys(counts).filter((status) => status !== "200" && status !== "503")).toEqual([]);
    // 2 that are verified and 128 that wait, at least.
    expect(counts["200"]!.length).toBeGreaterThanOrEqual(130);
    for (const { headers } of counts["503"] ?? []) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    times.sort((a, b) => a - b);
    const p99 = times[Math.ceil(times.length * 0.99) - 1]!;
    const grown = memory(host.pid).peak - before;
    console.log(
      `200: ${counts["200"]!.length}, 503: ${counts["503"]?.length ?? 0}; health: ${times.length} times, p99 ${p99.toFixed(0)} ms; ${grown.toFixed(0)} MiB more`,
    );
    expect(times.length).toBeGreaterThan(20);
    expect(p99).toBeLessThan(2000);
    expect(grown).toBeLessThan(allowance);
    // Whoever was told to come back gets in.
    for (const [index, name] of names.entries())
      if (answers[index]!.status === 503) {
        expect((await logIn(name, index)).status).toBe(200);
        break;
      }
  },
  120_000,
);
