// A visitor changes their password: on a page of their account, and over JSON.
import type { AccountPart } from "../../http/account-part.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Feature } from "../../http/feature.ts";
import type { PasswordPolicyConfig } from "../../identity/password-policy/config.ts";
import { passwordChangeApi } from "./api.ts";
import { PasswordChanger, type PasswordChangerDependencies } from "./change-password.ts";
import { passwordSection } from "./pages/account-section.ts";
import { passwordChangeRoutes } from "./routes.ts";

export interface Dependencies extends PasswordChangerDependencies {
  readonly browserSessions: BrowserSessions;
  readonly policy: PasswordPolicyConfig;
  /** Whether a user is of the users file or the directory. */
  readonly hasPassword: (username: string) => Promise<boolean>;
  /** Where those go who have forgotten their password; undefined: nowhere. */
  readonly forgotten: string | undefined;
}

export function passwordChange(dependencies: Dependencies): Feature & { readonly account: AccountPart } {
  const changer = new PasswordChanger(dependencies);
  const own = { ...dependencies, changer };
  return {
    routes: [
      { path: "/api", app: passwordChangeApi(own) },
      { path: "/account/password", app: passwordChangeRoutes(own) },
    ],
    account: {
      async section(c, { session, user }) {
        // Whoever has an account of a provider's has no password here.
        if (!dependencies.enabled || (session.login && !(await dependencies.hasPassword(user.name)))) return undefined;
        return passwordSection((await changer.isOffered()) ? "changeable" : "fixed", c.get("language"));
      },
    },
  };
}
