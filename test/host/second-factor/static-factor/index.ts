// A second factor that is not the host's own, to see what it takes to add one: a code that never changes, which the configuration
// has for each user. Whoever has one switches it on on their account page. No product would want it.
import type { FactorModule } from "../../../../host/features/second-factor/factor.ts";
import { type StaticCodesConfig, staticCodesSection } from "./config.ts";

export const staticCodes: FactorModule<StaticCodesConfig> = {
  section: staticCodesSection,
  tables: ["static_codes"],
  actions: ["static code setup", "static code removal"],
  load: () => import("./factor.ts"),
};
