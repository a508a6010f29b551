// The start page of somebody who is logged in and was not on the way anywhere: the applications that they may open.
import { html } from "hono/html";
import { linkButton, logoutButton } from "../../../../portal/pages/actions.ts";
import { identity, monogram, type User } from "../../../../portal/pages/identity.ts";
import { type Fragment, layout } from "../../../../portal/pages/layout.ts";
import { legibleText, legibleUrl } from "../../../../portal/pages/legible.ts";
import type { Picture, Site } from "../../../../portal/pages/site.ts";
import { loginTexts } from "../texts/index.ts";

export interface ApplicationView {
  /** What people call it; the host where it has no other name. */
  readonly name: string;
  readonly url: string;
  /** Of the URL, with the port when it is not the scheme's own; absent where it is the name. */
  readonly host?: string;
  readonly icon?: Picture;
  /** Whether the visitor is asked for a second factor on the way. */
  readonly needsSecondFactor: boolean;
}

export interface HomeView {
  readonly site: Site;
  readonly user: User;
  /** The applications in the order of the page; none where the policy names no host. */
  readonly applications: readonly ApplicationView[];
}

export function homePage({ site, user, applications }: HomeView): string {
  const { actions } = site.language.texts;
  const { home } = loginTexts(site.language);
  const list = html`<h1>${home.applications}</h1>
      <ul class="applications">
        ${applications.map((one) => application(one, home.needsSecondFactor))}
      </ul>`;
  const none = html`<h1>${home.heading}</h1>
      <p>${home.text}</p>`;
  return layout({
    site,
    title: applications.length > 0 ? home.applications : home.title,
    body: html`${applications.length > 0 ? list : none}
      ${identity(user)}
      <div class="actions">${linkButton(actions.account, "secondary", "/account")}${logoutButton(actions.logOut, "secondary")}</div>`,
  });
}

function application({ name, url, host, icon, needsSecondFactor }: ApplicationView, asks: string): Fragment {
  const shown = legibleText(name);
  const sign = icon
    ? html`<img class="sign" src="${icon.address}" width="${icon.width}" height="${icon.height}" alt="" />`
    : html`<span class="sign" aria-hidden="true">${monogram(shown)}</span>`;
  const hostname = host !== undefined && html`<small dir="ltr">${legibleUrl(host)}</small>`;
  return html`<li><a href="${url}">${sign}<span><strong><bdi>${shown}</bdi></strong>${hostname}${needsSecondFactor && html`<small>${asks}</small>`}</span></a></li>`;
}
