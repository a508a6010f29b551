// A change of how somebody logs in is confirmed first: by a fresh login, a second factor, or a one-time code from an e-mail.
import type { Audit } from "../../audit/audit.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Confirmations } from "../../http/confirmation.ts";
import type { Feature } from "../../http/feature.ts";
import type { Sessions } from "../../session/sessions.ts";
import { elevationApi } from "./api.ts";
import type { ElevationConfig } from "./config.ts";
import { confirmationsOf } from "./confirmation.ts";
import { type CodeDependencies, Elevation } from "./elevation.ts";
import { elevationRoutes } from "./routes.ts";

export interface Dependencies extends CodeDependencies {
  readonly config: ElevationConfig;
  readonly secondFactors: { has(username: string): Promise<boolean> };
  readonly sessions: Pick<Sessions, "confirm" | "endAllOf">;
  readonly browserSessions: BrowserSessions;
  readonly askLogin: AskLogin;
  readonly audit: Pick<Audit, "record">;
}

export interface ElevationFeature extends Feature {
  readonly confirmations: Confirmations;
}

export function elevation(dependencies: Dependencies): ElevationFeature {
  const codes = new Elevation(dependencies.config, dependencies);
  const confirmations = confirmationsOf({ ...dependencies, elevation: codes });
  const own = { ...dependencies, elevation: codes, confirmations };
  return {
    confirmations,
    routes: [
      { path: "/api/user/session/elevation", app: elevationApi(own) },
      { path: "/account/elevation", app: elevationRoutes(own) },
    ],
    removeExpired: (now) => dependencies.store.removeExpired(now),
  };
}
