// `npm run bench -- pollers [--pollers 1000] [--rounds 20]`: many gates wait for news at one host process. What they cost it in
// memory, and how long a logout takes from its request to the last gate that has the new bundle.
import { parseArgs } from "node:util";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { median } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";
import { startHost } from "./pollers/host.ts";
import { Pollers } from "./pollers/pollers.ts";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { pollers: { type: "string", default: "1000" }, rounds: { type: "string", default: "20" } },
  });
  const count = Number(values.pollers);
  const rounds = Number(values.rounds);

  const host = await startHost();
  try {
    const sessions: string[] = [];
    for (let i = 0; i <= rounds; i++) sessions.push(await host.logIn());
    const before = residentBytes(host.pid);
    const pollers = new Pollers(host.url, host.edgeToken, count);
    await pollers.wait();
    const waiting = residentBytes(host.pid);

    const first: number[] = [];
    const last: number[] = [];
    const cpu: number[] = [];
    for (const [round, session] of sessions.entries()) {
      const cpuBefore = cpuMicroseconds(host.pid);
      const started = performance.now();
      const news = pollers.news();
      await host.logOut(session);
      const received = await news;
      // The first round is for the compiler.
      if (round > 0) {
        first.push(received.first - started);
        last.push(received.last - started);
        cpu.push((cpuMicroseconds(host.pid) - cpuBefore) / 1000);
      }
      await pollers.wait();
    }
    const after = residentBytes(host.pid);
    pollers.close();

    const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    const milliseconds = (samples: readonly number[]) => [median(samples).toFixed(0), Math.max(...samples).toFixed(0)];
    console.log(
      markdownTable(
        [`${count} pollers`, "median ms", "worst ms"],
        [
          ["logout to the first poller's bundle", ...milliseconds(first)],
          ["logout to the last poller's bundle", ...milliseconds(last)],
          ["CPU of the host for it", ...milliseconds(cpu)],
        ],
      ),
    );
    console.log(
      `\nmemory of the host: ${mebibytes(before)} alone, ${mebibytes(waiting)} with all waiting ` +
        `(${((waiting - before) / count / 1024).toFixed(1)} KiB each), ${mebibytes(after)} after ${rounds + 1} logouts`,
    );
    console.log(`${rounds} logouts, pollers in one process beside the host; ${machineFacts()}`);
  } finally {
    host.stop();
  }
}

if (import.meta.main) await run(process.argv.slice(2));
