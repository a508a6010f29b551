// New passwords for those who have forgotten theirs: a link by e-mail, and the page that it opens.
import type { Audit } from "../../audit/audit.ts";
import type { Feature } from "../../http/feature.ts";
import type { NewPasswords } from "../../http/new-passwords.ts";
import type { Profiles } from "../../identity/profiles.ts";
import type { VisitorNetworks } from "../../identity/regulation/network.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import type { Notifier } from "../../notify/notifier.ts";
import type { NotBefore } from "../../session/revocation.ts";
import type { Sessions } from "../../session/sessions.ts";
import { passwordResetApi } from "./api.ts";
import type { PasswordResetConfig } from "./config.ts";
import { ResetLinks } from "./reset-links.ts";
import { PasswordResetter } from "./reset-password.ts";
import { ResetRequests, requestMemory } from "./reset-requests.ts";
import { passwordResetRoutes } from "./routes.ts";
import type { PasswordResetStore } from "./store.ts";

export interface Dependencies {
  readonly config: PasswordResetConfig;
  readonly store: PasswordResetStore;
  /** From when on tokens of a user are good: whatever moves that makes a link void. */
  readonly notBefore: NotBefore;
  /** A key for what people type: the database does not list it. */
  readonly hashKey: Uint8Array;
  readonly profiles: Profiles;
  readonly newPasswords: NewPasswords;
  readonly sessions: Pick<Sessions, "endAllOf">;
  readonly regulation: Regulation;
  readonly visitors: VisitorNetworks;
  /** Undefined where the config has no e-mail. */
  readonly notifier: Notifier | undefined;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface PasswordResetFeature extends Feature {
  /** Where those go who have forgotten their password: an address of the portal or of another site. Undefined: nowhere. */
  readonly address: string | undefined;
}

export async function passwordReset(dependencies: Dependencies): Promise<PasswordResetFeature> {
  const { config, store, notifier, newPasswords } = dependencies;
  const links = new ResetLinks(config.lifespan, dependencies);
  const isOffered = config.enabled && notifier !== undefined && (await newPasswords.arePossible());
  const requests = isOffered ? new ResetRequests({ ...dependencies, links, notifier }) : undefined;
  const resetter = new PasswordResetter({ ...dependencies, lifespan: config.lifespan, links, requests });
  return {
    address: config.customUrl ?? (requests && "/reset-password"),
    routes: [
      { path: "/api/reset-password", app: passwordResetApi(resetter) },
      { path: "/reset-password", app: passwordResetRoutes(resetter) },
    ],
    removeExpired: (now) => store.removeExpired(now, now - requestMemory),
    stop: async () => requests?.stop(),
  };
}
