// Passkeys and security keys (Web Authentication) as a second factor, and in place of a name and a password.
import type { FactorModule } from "../factor.ts";
import { type WebauthnConfig, webauthnSection } from "./config.ts";

export const passkeys: FactorModule<WebauthnConfig> = {
  section: webauthnSection,
  tables: ["passkeys", "user_handles"],
  actions: ["passkey setup", "passkey removal"],
  load: () => import("./factor.ts"),
};
