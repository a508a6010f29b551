// The start page of somebody who is logged in and was not on the way anywhere.
import { html } from "hono/html";
import { linkButton, logoutButton } from "./actions.ts";
import { identity, type User } from "./identity.ts";
import { layout } from "./layout.ts";
import type { Site } from "./site.ts";

export interface HomeView {
  readonly site: Site;
  readonly user: User;
}

export function homePage({ site, user }: HomeView): string {
  const { home, actions } = site.language.texts;
  return layout({
    site,
    title: home.title,
    body: html`<h1>${home.heading}</h1>
      ${identity(user)}
      <p>${home.text}</p>
      <div class="actions">${linkButton(actions.account, "secondary", "/account")}${logoutButton(actions.logOut, "secondary")}</div>`,
  });
}
