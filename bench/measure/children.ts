// The processes a benchmark starts. Whatever way the benchmark ends (done, an error, Ctrl-C), they end with it.
import { type ChildProcess, spawn } from "node:child_process";

const running = new Set<ChildProcess>();

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => process.exit(status));
}
process.on("exit", stopChildren);

export function stopChildren(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts a program, in a folder if one is named. Its standard error is kept and becomes part of the error when it ends before it should. */
export function startChild(program: string, args: readonly string[], folder?: string): Child {
  // In a session of its own, as what the workshop starts: on a busy machine Linux gives each session a like share of the CPU
  // (sched_autogroup), and what is compared has to be treated alike.
  const process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: folder, detached: true });
  running.add(process);
  return new Child(program, process);
}

export class Child {
  readonly program: string;
  readonly process: ChildProcess;
  /** Resolves to everything written to standard output, once the program has ended with status 0. */
  readonly output: Promise<string>;
  private errors = "";

  constructor(program: string, process: ChildProcess) {
    this.program = program;
    this.process = process;
    let output = "";
    process.stdout!.setEncoding("utf8").on("data", (text) => (output += text));
    process.stderr!.setEncoding("utf8").on("data", (text) => {
      this.errors = (this.errors + text).slice(-16_384);
    });
    this.output = new Promise((resolve, reject) => {
      process.on("error", (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
      process.on("close", (status, signal) => {
        running.delete(process);
        if (status === 0) resolve(output);
        else reject(new Error(`${program} ended with ${signal ?? status}:\n${this.errors}`));
      });
    });
    // Who does not wait for the output still learns of the failure through `errorOutput`.
    this.output.catch(() => {});
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.program} is not running`);
    return this.process.pid;
  }

  /** Whether the program has ended. */
  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The last 16 KiB of what the program wrote to standard error. */
  get errorOutput(): string {
    return this.errors;
  }

  stop(): void {
    this.process.kill("SIGKILL");
  }
}
