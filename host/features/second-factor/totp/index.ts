// Authenticator apps (RFC 6238) as a second factor.
import type { FactorModule } from "../factor.ts";
import { type TotpConfig, totpSection } from "./config.ts";

export const totp: FactorModule<TotpConfig> = {
  section: totpSection,
  tables: ["totp", "totp_enrolments"],
  actions: ["totp setup", "totp removal"],
  load: () => import("./factor.ts"),
};
