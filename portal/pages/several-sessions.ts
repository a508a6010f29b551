// Shown where the browser has several sessions: another application has set one, and nobody can tell which one is the visitor's. The
// button ends them all.
import { html } from "hono/html";
import { logoutButton } from "./actions.ts";
import { layout } from "./layout.ts";
import type { Site } from "./site.ts";

export function severalSessionsPage(site: Site): string {
  const { logout } = site.language.texts;
  return layout({
    site,
    title: logout.several,
    body: html`<h1>${logout.several}</h1>
      <p>${logout.severalText}</p>
      <div class="actions">${logoutButton(logout.title, "primary")}</div>`,
  });
}
