// The keys of `static_codes`.
import { z } from "zod";
import { configSection } from "../../../../host/kit/config/section.ts";
import { section } from "../../../../host/kit/yaml/schema.ts";

export interface StaticCodesConfig {
  /** By user name. */
  readonly codes: Readonly<Record<string, string>>;
}

export const staticCodesSection = configSection({
  keys: { static_codes: section({ codes: z.record(z.string(), z.string()).default({}) }) },
  config: ({ static_codes }): StaticCodesConfig => static_codes,
});
