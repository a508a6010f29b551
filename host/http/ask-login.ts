// The login page in front of a page of the portal, as features show it; the login feature knows how.
import type { Fragment } from "../../portal/pages/layout.ts";
import type { RequestContext } from "./environment.ts";
import type { ReturnTo } from "./return-to.ts";

/** Why somebody is asked to log in: to open their account, or again, to confirm that it is them. */
export type LoginReason = "account" | "confirm";

/** What somebody can log in with in place of a name and a password. */
export interface LoginAlternative {
  readonly control: Fragment;
  /** What the browser is to suggest where the user name is typed, beside user names, as `autocomplete` has it. */
  readonly autocomplete?: string;
}

/** Returns what takes the visitor on to where they log in, where there is but one way; undefined: the login page has to be shown. */
export type SkipLoginPage = (c: RequestContext, returnTo: ReturnTo) => Response | undefined;

/** Returns the login page that leads on to `returnTo`; `username` is filled in already. */
export type AskLogin = (
  c: RequestContext,
  returnTo: ReturnTo,
  reason: LoginReason,
  username?: string,
) => Response | Promise<Response>;
