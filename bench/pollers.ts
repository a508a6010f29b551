// `npm run bench -- pollers [--pollers 1000] [--rounds 20]`: many gates wait for news at one host process. What they cost it in
// memory, and how long a logout takes from its request to the last gate that has the new bundle.
import { parseArgs } from "node:util";
import { gateConfig } from "../workshop/host/program.ts";
import { startHost } from "./host/host.ts";
import { cpuMicroseconds } from "./measure/cpu.ts";
import { machineFacts } from "./measure/machine.ts";
import { residentBytes } from "./measure/memory.ts";
import { median } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";
import { Pollers } from "./pollers/pollers.ts";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { pollers: { type: "string", default: "1000" }, rounds: { type: "string", default: "20" } },
  });
  const count = Number(values.pollers);
  const rounds = Number(values.rounds);

  await using site = await startHost();
  const { edge_token: edgeToken } = JSON.parse(await gateConfig(site.hostConfig));
  const { pid } = site.host;
  const sessions: string[] = [];
  for (let i = 0; i <= rounds; i++) sessions.push(await site.loginAtHost("alice"));
  const before = residentBytes(pid);
  const pollers = new Pollers(site.hostUrl, edgeToken, count);
  await pollers.wait();
  const waiting = residentBytes(pid);

  const first: number[] = [];
  const last: number[] = [];
  const cpu: number[] = [];
  for (const [round, session] of sessions.entries()) {
    const cpuBefore = cpuMicroseconds(pid);
    const started = performance.now();
    const news = pollers.news();
    await site.logoutAtHost(session);
    const received = await news;
    // The first round is for the compiler.
    if (round > 0) {
      first.push(received.first - started);
      last.push(received.last - started);
      cpu.push((cpuMicroseconds(pid) - cpuBefore) / 1000);
    }
    await pollers.wait();
  }
  const after = residentBytes(pid);
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
}

if (import.meta.main) await run(process.argv.slice(2));
