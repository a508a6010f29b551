// The section `log`.
import { configSection } from "../../kit/config/section.ts";
import { oneOf } from "../../kit/config/values.ts";
import { logLevels } from "../../kit/log.ts";
import { section } from "../../kit/yaml/schema.ts";

export const logSection = configSection({
  keys: { log: section({ level: oneOf(logLevels).prefault("info") }) },
  config: ({ log }) => log,
});
