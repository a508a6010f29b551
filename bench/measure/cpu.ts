// The CPU time of a process, the one figure that a busy machine leaves steady.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

let microsecondsPerTick = 0;

/** User and system time of all threads of a process since it started, in microseconds; resolution is one clock tick. */
export function cpuMicroseconds(pid: number): number {
  microsecondsPerTick ||= 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  // proc_pid_stat(5): the second field, the name in parentheses, may hold spaces; utime and stime are the 14th and 15th.
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}
