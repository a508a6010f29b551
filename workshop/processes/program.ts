// Child processes that end with this one: stopped in order when all goes well, by guard.ts when this process dies.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What guard.ts is told about a program. */
export interface Notice {
  readonly pid: number;
  readonly running: boolean;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Resolves once it has ended, with a sentence that tells how and what it wrote last. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends a signal and waits for the end. A program that takes longer than 5 s over SIGTERM is killed. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const patience = 5000;
const lastLines = 8;

/**
 * Starts a program whose output goes to the file `log`, which is begun anew. It leads a process group of its own, so that
 * a Ctrl-C in the terminal reaches only this process, which then stops it. `folder` is where it works; absent: here.
 * `environment` is laid over this process's.
 */
export function startProgram(
  name: string,
  command: string,
  args: readonly string[],
  log: string,
  folder?: string,
  environment: Readonly<Record<string, string>> = {},
): Program {
  const output = openSync(log, "w");
  const child = spawn(command, args, {
    stdio: ["ignore", output, output],
    detached: true,
    cwd: folder,
    env: { ...process.env, ...environment },
  });
  closeSync(output);
  const { pid = 0 } = child;
  const ended = endOf(child).then((how) => {
    tellGuard({ pid, running: false });
    return `${name} ${how}. ${tail(log)}`;
  });
  if (pid !== 0) tellGuard({ pid, running: true });

  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    await ended;
    clearTimeout(timer);
  };
  return { pid, ended, stop, [Symbol.asyncDispose]: () => stop() };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
}

function tail(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-lastLines);
  return lines.join("").length === 0 ? `It wrote nothing to ${log}.` : `The end of ${log}:\n  ${lines.join("\n  ")}`;
}

let guard: ChildProcess | undefined;

function tellGuard(notice: Notice): void {
  guard ??= startGuard();
  guard.send(notice);
}

function startGuard(): ChildProcess {
  const child = fork(join(import.meta.dirname, "guard.ts"), {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: [],
  });
  child.unref();
  child.channel?.unref();
  return child;
}
