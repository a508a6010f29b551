// Durations as people write them in the config.
import { describe, type JsonSchema, leaf, Mistake } from "../yaml/schema.ts";

const unitSeconds: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  M: 30 * 86_400,
  y: 365 * 86_400,
};

/** Parts of a duration: a count and a unit, or its word as Authelia takes it. */
const part =
  /(\d{1,9})\s*(s|m|h|d|w|M|y|seconds?|minutes?|hours?|days?|weeks?|months?|years?)(?:\s*,\s*|\s+and\s+|\s+|(?=\d)|$)/y;

/** No session lives longer than this. Ten years. */
const longest = "10y";

/** A duration between two, as in `duration("1m", "1h")`; read as seconds. */
export function duration(least: string, most = longest) {
  const type =
    most !== longest
      ? `a duration of \`${least}\` to \`${most}\``
      : least === "0"
        ? "a duration; `0` is allowed"
        : `a duration of at least \`${least}\``;
  return leaf((value) => parseDuration(value, secondsOf(least)!, most), type, { anyOf: durationJson(least, most) });
}

/** The durations that an editor lets pass: the bounds of a text are left to the host. */
export function durationJson(least: string, most = longest): JsonSchema[] {
  return [
    { type: "integer", minimum: secondsOf(least)!, maximum: secondsOf(most)! },
    {
      type: "string",
      pattern:
        "^(\\d{1,12}|(\\d{1,9}\\s*(s|m|h|d|w|M|y|seconds?|minutes?|hours?|days?|weeks?|months?|years?)(\\s*,\\s*|\\s+and\\s+|\\s+|(?=\\d)|$))+)$",
    },
  ];
}

/**
 * Reads a duration: seconds as a number or a text of digits, or parts such as `1h30m` (s, m, h, d, w, M of 30 days, y of
 * 365) or `1 hour and 30 minutes`. Returns seconds.
 */
export function parseDuration(value: unknown, least: number, most = longest): number {
  const seconds = secondsOf(value);
  if (seconds === undefined || !Number.isSafeInteger(seconds))
    throw new Mistake(`must be whole seconds or a duration such as 5m, 1h30m or 30d, not ${describe(value)}`);
  if (seconds < least) throw new Mistake(`must be at least ${least}s, not ${describe(value)}`);
  if (seconds > secondsOf(most)!) throw new Mistake(`must be at most ${most}, not ${describe(value)}`);
  return seconds;
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (/^\d{1,12}$/.test(value)) return Number(value);
  let seconds = 0;
  let end = 0;
  for (part.lastIndex = 0; end < value.length; end = part.lastIndex) {
    const found = part.exec(value);
    if (!found) return undefined;
    const [, count, unit] = found;
    // "month" and "minute" begin alike; of the short units only the month's is a capital.
    seconds += Number(count) * unitSeconds[unit!.startsWith("month") ? "M" : unit![0]!]!;
  }
  return end === 0 ? undefined : seconds;
}

/** The lifetime of a remembered session in seconds, or null when `-1` or `disable` switches remembering off. */
export const rememberMe = leaf(parseRememberMe, "a duration of at least `1m`, `-1` or `disable`", {
  anyOf: [...durationJson("1m"), { enum: [-1, "-1", "disable"] }],
});

export function parseRememberMe(value: unknown): number | null {
  if (value === -1 || value === "-1" || value === "disable") return null;
  try {
    return parseDuration(value, 60);
  } catch (error) {
    if (error instanceof Mistake) throw new Mistake(`${error.message}; -1 or disable switches it off`);
    throw error;
  }
}
