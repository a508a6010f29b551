// Says who keeps a SQLite file locked, so that an operator who meets the lock knows what to stop or to wait for.
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

/** How long whoever opens a file waits for another process to let it go. Milliseconds. */
export const busyTimeout = 5000;

/** SQLITE_BUSY and SQLITE_LOCKED (https://sqlite.org/rescode.html): another connection has the file locked. */
export function isLocked(code: number | undefined): boolean {
  return code !== undefined && [5, 6].includes(code & 0xff);
}

/** SQLite's message about a file, with the file and with the processes that keep it locked, where it is and Linux tells. */
export function sqliteProblem(
  file: string,
  error: { readonly message: string; readonly errcode?: number | undefined },
): string {
  const holders = isLocked(error.errcode) ? holdersOf(file) : [];
  return `${file}: ${error.message}${holders.length > 0 ? ` by ${holders.join(" and ")}` : ""}`;
}

/** The bytes that SQLite locks: in the file itself from the pending byte on, in the index of its WAL the eight from 120 on. */
const lockBytes = [
  { suffix: "", first: 0x40000000, last: 0x400001ff },
  { suffix: "-shm", first: 120, last: 127 },
];

/** Linux lists who may write by inode (proc_locks(5)); elsewhere, and of other containers' processes, nothing is known. */
function holdersOf(file: string): readonly string[] {
  const holders = new Set<string>();
  for (const { suffix, first, last } of lockBytes) {
    const inode = statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.ino;
    for (const line of textOf("/proc/locks").split("\n")) {
      const [, process, locked, start] = /^\d+: POSIX +ADVISORY +WRITE (\d+) [^ ]*:(\d+) (\d+) /.exec(line) ?? [];
      if (Number(locked) !== inode || Number(start) < first || Number(start) > last) continue;
      const [program = ""] = textOf(`/proc/${process}/cmdline`).split("\0");
      holders.add(`process ${process} (${basename(program)})`);
    }
  }
  return [...holders];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
