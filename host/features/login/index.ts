// Logging in by a name and a password, and out: the start page, the forms, and the same over JSON.
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Feature } from "../../http/feature.ts";
import type { Sessions } from "../../session/sessions.ts";
import { loginApi } from "./api.ts";
import type { LogOutDependencies } from "./log-out.ts";
import { type LoginFormDependencies, loginFormRoutes } from "./login-form.ts";
import { logoutFormRoutes } from "./logout-form.ts";
import type { LostLogins } from "./lost-login.ts";
import { type StartPageDependencies, startPage } from "./start-page.ts";

export interface Dependencies extends StartPageDependencies, LoginFormDependencies, LogOutDependencies {
  readonly policy: StartPageDependencies["policy"];
  readonly lostLogins: LostLogins;
  readonly sessions: Pick<Sessions, "renew" | "end" | "endAllOf">;
  readonly browserSessions: BrowserSessions;
}

export function login(dependencies: Dependencies): Feature {
  return {
    routes: [
      { path: "/api", app: loginApi(dependencies) },
      { path: "/", app: startPage(dependencies) },
      { path: "/", app: loginFormRoutes(dependencies) },
      { path: "/", app: logoutFormRoutes(dependencies) },
    ],
  };
}
