// The login page: as the start page and the form show it, and in front of other pages of the portal.
import type { Site } from "../../../portal/pages/site.ts";
import type { AskLogin, LoginAlternative, SkipLoginPage } from "../../http/ask-login.ts";
import type { RequestContext } from "../../http/environment.ts";
import { probe } from "../../http/login-probe.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import type { LostLogins } from "./lost-login.ts";
import { type LoginView, loginPage } from "./pages/login.ts";

/** What the login page offers. */
export interface LoginOffers {
  /** Whether "Keep me logged in" is. */
  readonly rememberMe: boolean;
  /** Whether a name and a password are asked for. */
  readonly passwords: boolean;
  /** What can be used in place of a name and a password. */
  readonly alternatives: (c: RequestContext, site: Site, returnTo: ReturnTo) => readonly LoginAlternative[];
  /** Where those go who have forgotten their password; undefined: it is not reset here. */
  readonly forgotten: string | undefined;
}

/** Renders the login page, and finds out whether the browser keeps cookies; what a view does not say is as at a first visit. */
export type LoginForm = (c: RequestContext, view: Partial<LoginView>) => string;

export function loginFormOf({ passwords, rememberMe, alternatives, forgotten }: LoginOffers): LoginForm {
  return (c, view) => {
    const { site = siteOf(c), method = "GET" } = view;
    probe(c);
    return loginPage({
      ...{ site, method, username: "", passwords, rememberMe },
      alternatives: alternatives(c, site, { ...view, method }),
      ...(forgotten !== undefined && { forgotten }),
      ...view,
    });
  };
}

export function loginPrompt(
  loginForm: LoginForm,
  lostLogins: Pick<LostLogins, "pageFor">,
  skipLoginPage: SkipLoginPage,
): AskLogin {
  return (c, returnTo, notice, username = "") =>
    lostLogins.pageFor(c, returnTo) ??
    (notice === "account" ? skipLoginPage(c, returnTo) : undefined) ??
    c.html(loginForm(c, { ...returnTo, username, notice }));
}
