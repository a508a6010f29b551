// The section `identity_validation.elevated_session`, with Authelia's names for its keys.
import { duration } from "../../kit/config/duration.ts";
import { named } from "../../kit/config/named.ts";
import { configSection } from "../../kit/config/section.ts";
import { flag, wholeNumber } from "../../kit/config/values.ts";
import { section } from "../../kit/yaml/schema.ts";

export interface ElevationConfig {
  readonly disable: boolean;
  /** Seconds. */
  readonly codeLifespan: number;
  readonly elevationLifespan: number;
  readonly characters: number;
  readonly requireSecondFactor: boolean;
  readonly skipSecondFactor: boolean;
}

export const elevationSection = configSection({
  keys: {
    "identity_validation.elevated_session": section({
      disable: flag(false),
      code_lifespan: duration("1m", "1h").prefault("5m"),
      elevation_lifespan: duration("1m", "1h").prefault("10m"),
      characters: wholeNumber(6, 20).prefault(8),
      require_second_factor: flag(true),
      skip_second_factor: flag(true),
    }),
  },
  config: ({ "identity_validation.elevated_session": keys }): ElevationConfig => named(keys),
});
