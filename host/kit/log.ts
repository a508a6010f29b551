// The host's log: one JSON object per line. Nothing secret goes into it: no password, token, cookie or query string.
import pino, { type DestinationStream, type Logger } from "pino";

export type { Logger };

export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Logs to stdout, or to another stream of lines. */
export function createLog(
  level: LogLevel,
  stream: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
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
