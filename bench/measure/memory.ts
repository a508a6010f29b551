// What a process holds of the machine's memory.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Resident set of a process, in bytes (proc_pid_status(5), VmRSS). */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))![1]) * 1024;
}

/** So long a process holds as much as before until it counts as idle. Looks, and milliseconds between them. */
const [looks, pause] = [6, 500];

/** Resident set of a process that has nothing to do, once it has stopped to change by more than a hundredth. Bytes. */
export async function idleBytes(pid: number): Promise<number> {
  const seen = [residentBytes(pid)];
  for (;;) {
    const last = seen.slice(-looks);
    if (last.length === looks && Math.max(...last) - Math.min(...last) < Math.max(...last) / 100) return last.at(-1)!;
    await sleep(pause);
    seen.push(residentBytes(pid));
  }
}
