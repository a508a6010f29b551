// Confirms that the session has ended, and offers the way back in.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { loginAddress, type Target } from "../../../../portal/pages/destination.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { loginTexts } from "../texts/index.ts";

export interface LoggedOutView {
  readonly site: Site;
  /** Where a new login leads to; absent: the start page. */
  readonly target?: Target;
}

export function loggedOutPage({ site, target }: LoggedOutView): string {
  const { logout } = loginTexts(site.language);
  return layout({
    site,
    title: logout.done,
    body: html`<h1>${logout.doneHeading}</h1>
      <p>${logout.doneText}</p>
      <div class="actions">${linkButton(logout.again, "primary", loginAddress(target))}</div>`,
  });
}
