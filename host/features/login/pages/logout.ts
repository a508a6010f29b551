// Asks before it logs out. A link can lead here from anywhere, also from another site, so only the button ends a session.
import { html } from "hono/html";
import { goBack, logoutButton } from "../../../../portal/pages/actions.ts";
import { destination, type Target } from "../../../../portal/pages/destination.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { loginTexts } from "../texts/index.ts";

export interface LogoutView {
  readonly site: Site;
  readonly user: User;
  /** Present: the visitor wants to open this with another account. */
  readonly target?: Target;
}

export function logoutPage({ site, user, target }: LogoutView): string {
  const { actions, logout: shared } = site.language.texts;
  const { logout } = loginTexts(site.language);
  const heading = target ? actions.switchAccount : shared.title;
  return layout({
    site,
    title: heading,
    body: html`<h1>${heading}</h1>
      <p class="lead">${logout.loggedInAs}</p>
      ${identity(user)}
      ${target && html`<p class="lead">${logout.useAnotherFor}</p>${destination(target)}`}
      <div class="actions">${logoutButton(heading, "primary", target)}${goBack(site)}</div>`,
  });
}
