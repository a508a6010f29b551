// Recovery codes: the factor that stands in for the others when they are lost.
import type { BackupModule } from "../factor.ts";

export const recoveryCodes: BackupModule = {
  tables: ["recovery_codes"],
  actions: ["recovery codes"],
  load: () => import("./factor.ts"),
};
