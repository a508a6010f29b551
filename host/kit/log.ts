// The host's log: one JSON object per line. Nothing secret goes into it: no password, token, cookie or query string.
import pino, { type DestinationStream, type Logger } from "pino";

export type { Logger };

export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What waits to be written while stdout takes nothing; later lines are lost. Bytes. */
const backlog = 1024 * 1024;

/** Failures of one kind are told of so often. Milliseconds. */
const failureInterval = 60_000;

/** Failures of more kinds than that are told of as one. */
const failureKinds = 100;

/** Logs to stdout, or to another stream of lines. */
export function createLog(level: LogLevel, stream: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

/** Neither a log whose disk is full nor one whose reader stands still keeps anybody waiting: what it does not take is written later. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false, maxLength: backlog });
  let isRefused = false;
  stream.on("error", () => {
    isRefused = true;
  });
  stream.on("write", () => {
    isRefused = false;
  });
  // At the end of the process this would try for ever what a full disk does not take.
  const flush = stream.flushSync.bind(stream);
  stream.flushSync = () => {
    if (!isRefused) flush();
  };
  return stream;
}

/** Logs failures that come with every request while they last: each kind at once, and then what came meanwhile once a minute. */
export function logFailures(log: Logger, title: string): (error: unknown) => void {
  const kinds = new Map<string, { at: number; more: number }>();
  return (error) => {
    const message = String(error);
    const kind = kinds.has(message) || kinds.size < failureKinds ? message : "";
    const now = performance.now();
    const last = kinds.get(kind);
    if (last && now - last.at < failureInterval) last.more++;
    else {
      kinds.set(kind, { at: now, more: 0 });
      log.error({ err: error, ...(last && last.more > 0 && { more: last.more }) }, title);
    }
  };
}
