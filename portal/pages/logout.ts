// Asks before it logs out. A link can lead here from anywhere, also from another site, so only the button ends a session.
import { html } from "hono/html";
import { goBack, logoutButton } from "./actions.ts";
import { destination, type Target } from "./destination.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, layout } from "./layout.ts";

export interface LogoutView {
  readonly assets: Assets;
  readonly user: User;
  /** Present: the visitor wants to open this with another account. */
  readonly target?: Target;
}

export function logoutPage({ assets, user, target }: LogoutView): string {
  const heading = target ? "Switch account" : "Log out";
  return layout({
    assets,
    title: heading,
    body: html`<h1>${heading}</h1>
      <p class="lead">You are logged in as</p>
      ${identity(user)}
      ${target && html`<p class="lead">Log out to use another account for</p>${destination(target)}`}
      <div class="actions">${logoutButton(heading, "primary", target)}${goBack}</div>`,
  });
}
