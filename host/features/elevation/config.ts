// The section `identity_validation.elevated_session`, with Authelia's names for its keys.
import { z } from "zod";
import { parseDuration } from "../../kit/config/duration.ts";
import { parseWholeNumber } from "../../kit/config/whole-number.ts";
import { describe, leaf, Mistake, section } from "../../kit/yaml/schema.ts";

export interface ElevationConfig {
  readonly disable: boolean;
  /** Seconds. */
  readonly codeLifespan: number;
  readonly elevationLifespan: number;
  readonly characters: number;
  readonly requireSecondFactor: boolean;
  readonly skipSecondFactor: boolean;
}

/** Seconds. */
const longestLifespan = 3600;

export const elevatedSessionSection = section({
  disable: z.boolean().default(false),
  code_lifespan: leaf(parseLifespan).prefault("5m"),
  elevation_lifespan: leaf(parseLifespan).prefault("10m"),
  characters: leaf((value) => parseWholeNumber(value, 6, 20)).prefault(8),
  require_second_factor: z.boolean().default(true),
  skip_second_factor: z.boolean().default(true),
});

export function elevationFrom(keys: z.output<typeof elevatedSessionSection>): ElevationConfig {
  return {
    disable: keys.disable,
    codeLifespan: keys.code_lifespan,
    elevationLifespan: keys.elevation_lifespan,
    characters: keys.characters,
    requireSecondFactor: keys.require_second_factor,
    skipSecondFactor: keys.skip_second_factor,
  };
}

function parseLifespan(value: unknown): number {
  const seconds = parseDuration(value, 60);
  if (seconds > longestLifespan) throw new Mistake(`must be at most 1h, not ${describe(value)}`);
  return seconds;
}
