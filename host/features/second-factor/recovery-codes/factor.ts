// The recovery codes of a user as a second factor.
import { codeBody } from "../code-body.ts";
import type { BackupFactor, FactorParts } from "../factor.ts";
import { recoveryCodePages } from "./pages/index.ts";
import { RecoveryCodes } from "./recovery-codes.ts";
import { page, recoveryCodeRoutes } from "./routes.ts";
import { RecoveryCodeStore } from "./store.ts";

/** The method (RFC 8176) of a session that a code raised: the same as an app's, whose codes look alike. */
const method = "otp";

const body = codeBody("recovery");

export function create({ database, clock }: FactorParts): BackupFactor {
  const codes = new RecoveryCodes(new RecoveryCodeStore(database), clock);
  const factor: BackupFactor = {
    name: "recovery",
    auditName: "recovery code",
    methods: [method],
    tellsUse: true,
    page,
    pages: recoveryCodePages(codes),
    async credentialsOf(username) {
      const current = await codes.of(username);
      return current ? [{ id: String(current.createdAt), amr: [method] }] : [];
    },
    isUsable: async (username) => ((await codes.of(username))?.left ?? 0) > 0,
    code: { body, verify: (username, code) => codes.verify(username, code) },
    info: async (username) => ({ recovery_codes_left: (await codes.of(username))?.left ?? 0 }),
    routes: (dependencies) => recoveryCodeRoutes(codes, factor, dependencies),
    removeAll: (username) => codes.remove(username),
  };
  return factor;
}
