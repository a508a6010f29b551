// `npm run fuzz -- [--minutes N] [--seed N] [--only NAME]…`: mutation fuzzing of everything that takes bytes from outside.
// One thread fuzzes, this one watches: an input that takes longer than a few seconds is a find as a trap is one. Finds are
// written to test/fuzz/finds/, where test/host/core/fuzz-finds.test.ts runs them from then on.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { type Find, type Message, Progress, type TargetReport } from "./report.ts";
import { targets } from "./targets/index.ts";
import type { Assignment } from "./worker.ts";

const HANG_SECONDS = 10;
const finds = join(import.meta.dirname, "finds");

const { values } = parseArgs({
  options: { minutes: { type: "string" }, seed: { type: "string" }, only: { type: "string", multiple: true } },
});
const minutes = Number(values.minutes ?? 1);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const only = values.only ?? [];
const names = targets.map(({ name }) => name);
if (!(minutes > 0) || Number.isNaN(seed) || only.some((name) => !names.includes(name))) {
  console.error(`usage: npm run fuzz -- [--minutes N] [--seed N] [--only ${names.join("|")}]...`);
  process.exit(2);
}

const progress = new Progress();
const assignment: Assignment = { shared: progress.shared, milliseconds: minutes * 60_000, seed, only };
const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: assignment });
let reports: TargetReport[] = [];
let found = 0;
let lastCount = 0;
let idleSeconds = 0;
let watchedSeconds = 0;

worker.on("message", (message: Message) => {
  if (message.kind === "find") keep(message.find);
  else reports = message.reports;
});
worker.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
const watch = setInterval(() => {
  const { count } = progress;
  idleSeconds = count === lastCount ? idleSeconds + 1 : 0;
  lastCount = count;
  if (++watchedSeconds % 60 === 0)
    console.error(`${watchedSeconds / 60} min, ${count.toLocaleString("en")} inputs, ${found} finds`);
  if (count === 0 || idleSeconds < HANG_SECONDS) return;
  keep({ target: names[progress.target]!, input: progress.input, error: `no answer within ${HANG_SECONDS} s` });
  worker.terminate();
}, 1000);
worker.on("exit", () => {
  clearInterval(watch);
  print();
  if (found > 0) process.exitCode = 1;
});

function keep({ target, input, error }: Find): void {
  found++;
  mkdirSync(finds, { recursive: true });
  const hash = createHash("sha256").update(input).digest("hex").slice(0, 12);
  const file = join(finds, `${target}-${hash}.bin`);
  writeFileSync(file, input);
  console.log(`${target}: ${error}: ${file}`);
}

function print(): void {
  const row = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(12)).join("");
  const whole = (value: number) => Math.round(value).toLocaleString("en");
  console.log(row(["target", "inputs", "inputs/s", "finds", "corpus", "pages", "at start", "worst ns/B", "its bytes"]));
  for (const { name, inputs, seconds, finds, corpus, pages, pagesAtStart, slowest } of reports) {
    const worst = [slowest.nanosecondsPerByte.toFixed(0), slowest.length];
    console.log(row([name, whole(inputs), whole(inputs / seconds), finds, corpus, pages, pagesAtStart, ...worst]));
  }
  const inputs = reports.reduce((sum, report) => sum + report.inputs, 0);
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
  console.log(
    `${whole(inputs)} inputs in ${whole(seconds)} s, ${whole(inputs / seconds)} a second; ${found} finds; --seed ${seed}`,
  );
}
