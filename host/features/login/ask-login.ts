// The login page in front of a page of the portal.
import { type LoginAlternative, loginPage } from "../../../portal/pages/login.ts";
import type { Site } from "../../../portal/pages/site.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import { siteOf } from "../../http/site.ts";

/** What the login page offers. */
export interface LoginOffers {
  /** Whether "Keep me logged in" is. */
  readonly rememberMe: boolean;
  /** What can be used in place of a name and a password. */
  readonly alternatives: (site: Site) => readonly LoginAlternative[];
  /** Where those go who have forgotten their password; absent: it is not reset here. */
  readonly forgotten?: string;
}

export function loginPrompt({ alternatives, ...offers }: LoginOffers): AskLogin {
  return (c, { next, target, method }, notice, username = "") => {
    const site = siteOf(c);
    return c.html(
      loginPage({
        ...{ site, method, username, notice, alternatives: alternatives(site), ...offers },
        ...(next && { next }),
        ...(target && { target }),
      }),
    );
  };
}
