// Tells when the npm that started this process is gone: npm ends on SIGTERM without ending what it runs, and SIGKILL leaves
// it no choice.
import { readFileSync } from "node:fs";

/** How far up npm is looked for: it runs a shell, which runs scripts/run.js, which runs this. */
const farthest = 4;

/** Returns a function that is true once a process between this one and npm, or npm itself, has ended. */
export function watchStarter(): () => boolean {
  const before = ancestors(process.pid, farthest);
  const npm = before.findIndex(isNpm);
  const count = npm < 0 ? 1 : npm + 1;
  return () => ancestors(process.pid, count).some((pid, at) => pid !== before[at]);
}

/** The parent, its parent and so on, `count` of them; fewer where /proc does not tell. */
function ancestors(pid: number, count: number): number[] {
  const pids: number[] = [];
  for (let child = pid; pids.length < count && child > 1; child = pids.at(-1)!) {
    const parent = child === process.pid ? process.ppid : parentOf(child);
    if (parent === undefined) break;
    pids.push(parent);
  }
  return pids;
}

/** proc_pid_stat(5): the parent follows the state, which follows the name in parentheses. */
function parentOf(pid: number): number | undefined {
  const stat = readProcess(pid, "stat");
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

/** npm sets its title to "npm" and its arguments. */
function isNpm(pid: number): boolean {
  return /^npm\b/.test(readProcess(pid, "cmdline"));
}

function readProcess(pid: number, file: "stat" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
