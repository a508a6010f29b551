// The authenticator app of a user as a second factor.
import { codeBody } from "../code-body.ts";
import type { Factor, FactorParts } from "../factor.ts";
import { AuthenticatorApps } from "./authenticator-apps.ts";
import type { TotpConfig } from "./config.ts";
import { totpPages } from "./pages/index.ts";
import { totpRoutes } from "./routes.ts";
import { TotpStore } from "./store.ts";

/** The method (RFC 8176) of a session that a code raised. */
const method = "otp";

const body = codeBody("totp");

export function create(config: TotpConfig, { database, encryption, clock }: FactorParts): Factor {
  const store = new TotpStore(database);
  const apps = new AuthenticatorApps(config, store, encryption, clock);
  const factor: Factor = {
    name: "totp",
    auditName: "totp",
    methods: [method],
    pages: totpPages(apps),
    async credentialsOf(username) {
      const app = await apps.of(username);
      return app ? [{ id: Buffer.from(app.secret).toString("base64"), amr: [method] }] : [];
    },
    isUsable: async (username) => (await apps.of(username)) !== undefined,
    code: { body, verify: (username, code) => apps.verify(username, code) },
    info: async (username) => ({ has_totp: (await apps.of(username)) !== undefined }),
    routes: (dependencies) => totpRoutes(apps, factor, dependencies),
    removeExpired: (now) => store.removeExpired(now),
  };
  return factor;
}
