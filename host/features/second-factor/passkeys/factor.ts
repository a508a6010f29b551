// The passkeys of a user as a second factor.
import type { Factor, FactorParts } from "../factor.ts";
import type { WebauthnConfig } from "./config.ts";
import { passkeyPages } from "./pages/index.ts";
import { amrOf, Passkeys, passkeyMethods } from "./passkeys.ts";
import { passkeyRoutes } from "./routes.ts";
import { PasskeyStore } from "./store.ts";

export function create(config: WebauthnConfig, { database, encryption, clock }: FactorParts): Factor {
  const store = new PasskeyStore(database);
  const passkeys = new Passkeys(config, store, encryption.hashKey("passkey challenges"), clock);
  const factor: Factor = {
    name: "passkey",
    auditName: "passkey",
    methods: passkeyMethods,
    pages: passkeyPages(passkeys),
    credentialsOf: async (username) => (await passkeys.of(username)).map((one) => ({ id: one.id, amr: amrOf(one) })),
    isUsable: async (username, portal) => (await passkeys.usable(username, portal)).length > 0,
    info: async (username) => ({ has_webauthn: (await passkeys.of(username)).length > 0 }),
    routes: (dependencies) => passkeyRoutes(passkeys, factor, dependencies),
    removeExpired: (now) => store.removeExpired(now),
  };
  return factor;
}
