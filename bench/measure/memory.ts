// What a process holds of the machine's memory.
import { readFileSync } from "node:fs";

/** Resident set of a process, in bytes (proc_pid_status(5), VmRSS). */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))![1]) * 1024;
}
