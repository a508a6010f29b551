import { expect, test, vi } from "vitest";
import { createLog, logFailures } from "../../../host/kit/log.ts";

test("failures that come with every request are in the log once a minute for each kind, with their number", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const lines: Record<string, unknown>[] = [];
  const log = createLog("info", { write: (line: string) => void lines.push(JSON.parse(line)) });
  const fail = logFailures(log, "a request failed");
  try {
    for (let n = 0; n < 30_000; n++) fail(new Error(n % 2 === 0 ? "the database is away" : "the connection was reset"));
    const told = lines.map(({ err }) => (err as Error).message);
    expect(told).toEqual(["the database is away", "the connection was reset"]);
    vi.advanceTimersByTime(60_001);
    fail(new Error("the database is away"));
    expect(lines[2]).toMatchObject({ level: "error", more: 14_999, msg: "a request failed" });
    lines.length = 0;
    for (let n = 0; n < 30_000; n++) fail(new Error(`failure ${n}`));
    expect(lines.length).toBeLessThan(200);
  } finally {
    vi.useRealTimers();
  }
});
