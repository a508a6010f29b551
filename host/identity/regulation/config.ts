// The regulation section: how often credentials can be guessed.
import { duration } from "../../kit/config/duration.ts";
import { named } from "../../kit/config/named.ts";
import { configSection } from "../../kit/config/section.ts";
import { list } from "../../kit/config/values.ts";
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

const retries = (least: number) =>
  leaf((value) => parseRetries(value, least), `a number from ${least} to ${mostRetries}`, {
    ...{ type: "integer", minimum: least, maximum: mostRetries },
  });

export const regulationSection = configSection({
  keys: {
    regulation: section({
      max_retries: retries(0).prefault(3),
      max_retries_per_address: retries(1).prefault(30),
      find_time: duration("1s").prefault("2m"),
      ban_time: duration("1s").prefault("5m"),
      modes: list(leaf(parseMode, "`user` or `ip`", { enum: ["user", "ip"] }), "`user` and `ip`").default([
        "user",
        "ip",
      ]),
    }),
  },
  config: ({ regulation }): RegulationConfig => named(regulation),
});

function parseRetries(value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > mostRetries)
    throw new Mistake(`must be a number from ${least} to ${mostRetries}, not ${describe(value)}`);
  return value;
}

function parseMode(value: unknown): "user" | "ip" {
  if (value !== "user" && value !== "ip") throw new Mistake(`must be user or ip, not ${describe(value)}`);
  return value;
}
