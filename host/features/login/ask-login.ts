// The login page in front of a page of the portal.
import { loginPage } from "../../../portal/pages/login.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import { siteOf } from "../../http/site.ts";

/** What the login page offers. */
export interface LoginOffers {
  /** Whether "Keep me logged in" is. */
  readonly rememberMe: boolean;
  /** Whether a passkey can be used in place of a password. */
  readonly passkeys: boolean;
  /** Where those go who have forgotten their password; absent: it is not reset here. */
  readonly forgotten?: string;
}

export function loginPrompt(offers: LoginOffers): AskLogin {
  return (c, { next, target, method }, notice, username = "") =>
    c.html(
      loginPage({
        ...{ site: siteOf(c), method, username, notice, ...offers },
        ...(next && { next }),
        ...(target && { target }),
      }),
    );
}
