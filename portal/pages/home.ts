// The start page of somebody who is logged in and was not on the way anywhere.
import { html } from "hono/html";
import { linkButton, logoutButton } from "./actions.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, layout } from "./layout.ts";

export interface HomeView {
  readonly assets: Assets;
  readonly user: User;
  readonly logoutAction: string;
}

export function homePage(view: HomeView): string {
  return layout({
    assets: view.assets,
    title: "Logged in",
    body: html`<h1>You are logged in</h1>
      ${identity(view.user)}
      <p>Open any of your applications; you need not log in again.</p>
      <div class="actions">${linkButton("Your account", "secondary", "/account")}${logoutButton("Log out", "secondary", undefined, view.logoutAction)}</div>`,
  });
}
