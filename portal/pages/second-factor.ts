// What somebody sees whose target asks for a second factor that the account does not have.
import { html } from "hono/html";
import { goBack, logoutButton } from "./actions.ts";
import { destination, shownHost, type Target } from "./destination.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, layout } from "./layout.ts";

export interface SecondFactorView {
  readonly assets: Assets;
  readonly user: User;
  readonly target: Target;
}

export function secondFactorPage({ assets, user, target }: SecondFactorView): string {
  return layout({
    assets,
    title: `Second factor needed for ${shownHost(target)}`,
    body: html`<h1>Second factor needed</h1>
      <p class="lead">A password alone does not open</p>
      ${destination(target)}
      ${identity(user)}
      <p>This account has no second factor set up, so it cannot open this page.</p>
      <div class="actions">${logoutButton("Switch account", "primary", target)}${goBack}</div>`,
  });
}
