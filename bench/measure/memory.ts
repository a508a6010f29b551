// The memory of a process.
import { readFileSync } from "node:fs";

/** What a process has in RAM now, in MiB (VmRSS of proc_pid_status(5)). */
export function residentMebibytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kibibytes) / 1024;
}
