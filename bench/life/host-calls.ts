// What the host was asked and when, from the lines that it logs for each request at the level debug.
import { readFileSync } from "node:fs";

export interface HostCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** When it was answered; milliseconds since the epoch. */
  readonly time: number;
}

/** Reads the calls from the files that hosts logged to. */
export function readHostCalls(files: readonly string[]): HostCall[] {
  const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  // The last line of a host that was killed may be half written.
  const calls = lines.filter((line) => line.endsWith("}") && line.includes('"msg":"request"'));
  return calls.map((line) => {
    const { method, path, status, time } = JSON.parse(line) as HostCall & { time: string };
    return { method, path, status, time: Date.parse(time) };
  });
}

/** How many calls of each path there were in each of the `seconds` seconds from `start` on, per path. */
export function perSecond(calls: readonly HostCall[], start: number, seconds: number): Map<string, number[]> {
  const table = new Map<string, number[]>();
  for (const { path, time } of calls) {
    const second = Math.floor((time - start) / 1000);
    if (second < 0 || second >= seconds) continue;
    const counts = table.get(path) ?? Array.from({ length: seconds }, () => 0);
    counts[second]! += 1;
    table.set(path, counts);
  }
  return table;
}
