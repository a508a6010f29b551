// The regulation section: how often credentials can be guessed.
import { z } from "zod";
import { parseDuration } from "../../kit/config/duration.ts";
import { describe, leaf, Mistake, section } from "../../kit/yaml/schema.ts";

export interface RegulationConfig {
  /** 0: no regulation at all. */
  readonly maxRetries: number;
  readonly maxRetriesPerAddress: number;
  /** Seconds. */
  readonly findTime: number;
  readonly banTime: number;
  readonly modes: readonly ("user" | "ip")[];
}

/** Every failure that counts is kept: more would make a record long. */
const mostRetries = 1000;

export const regulationSchema = section({
  max_retries: leaf((value) => parseRetries(value, 0)).prefault(3),
  max_retries_per_address: leaf((value) => parseRetries(value, 1)).prefault(30),
  find_time: leaf((value) => parseDuration(value, 1)).prefault("2m"),
  ban_time: leaf((value) => parseDuration(value, 1)).prefault("5m"),
  modes: z.array(leaf(parseMode)).default(["user", "ip"]),
});

export function regulationFrom(keys: z.output<typeof regulationSchema>): RegulationConfig {
  return {
    maxRetries: keys.max_retries,
    maxRetriesPerAddress: keys.max_retries_per_address,
    findTime: keys.find_time,
    banTime: keys.ban_time,
    modes: keys.modes,
  };
}

function parseRetries(value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > mostRetries)
    throw new Mistake(`must be a number from ${least} to ${mostRetries}, not ${describe(value)}`);
  return value;
}

function parseMode(value: unknown): "user" | "ip" {
  if (value !== "user" && value !== "ip") throw new Mistake(`must be user or ip, not ${describe(value)}`);
  return value;
}
