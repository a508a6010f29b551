// What somebody has a hand in themselves: their second factors, and the browsers that they are logged in with.
import { html } from "hono/html";
import type { Language } from "../languages/language.ts";
import { linkButton, logoutButton } from "./actions.ts";
import { deviceName } from "./device.ts";
import { identity, type User } from "./identity.ts";
import { type Fragment, layout } from "./layout.ts";
import { legibleText } from "./legible.ts";
import { moment } from "./moment.ts";
import { postButton, row } from "./rows.ts";
import type { Site } from "./site.ts";

/** All times are seconds since the epoch. */
export interface AccountView {
  readonly site: Site;
  readonly user: User;
  readonly now: number;
  /** Whether the password can be changed here; absent: nobody speaks of it. */
  readonly password?: "changeable" | "fixed";
  /** One row for each second factor, as `row` makes them. */
  readonly factors: readonly Fragment[];
  /** The pages that add another factor to those that are listed. */
  readonly addFactors: readonly { readonly label: string; readonly address: string }[];
  /** Latest first. */
  readonly sessions: readonly SessionView[];
  /** The address of the page that lists earlier ones. */
  readonly earlierSessions?: string;
}

export interface SessionView {
  readonly id: string;
  readonly userAgent: string;
  readonly address: string;
  readonly lastSeen: number;
  /** The one that the page is seen with. */
  readonly current: boolean;
  /** The cookie domain, where it is another than this portal's. */
  readonly domain?: string;
}

export function accountPage(view: AccountView): string {
  const { site, user, now, sessions } = view;
  const { account, actions } = site.language.texts;
  return layout({
    site,
    title: account.title,
    body: html`<h1>${account.title}</h1>
      ${identity(user)}
      ${view.password && password(view.password, site.language)}
      <section aria-labelledby="factors">
        <h2 id="factors">${account.factors}</h2>
        <ul class="rows">
          ${view.factors}
        </ul>
        ${view.addFactors.map(({ label, address }) => html`<p><a class="secondary" href="${address}">${label}</a></p>`)}
      </section>
      <section aria-labelledby="sessions">
        <h2 id="sessions">${account.sessions}</h2>
        <ul class="rows">
          ${sessions.map((session) => sessionRow(session, now, site.language))}
        </ul>
        ${view.earlierSessions !== undefined && html`<p><a class="secondary" href="${view.earlierSessions}#sessions">${account.earlierSessions}</a></p>`}
        ${(sessions.length > 1 || sessions.some(({ current }) => !current)) && postButton("/account/sessions/revoke-others", account.logOutElsewhere, "secondary")}
      </section>
      <div class="actions">${linkButton(actions.startPage, "secondary", "/")}${logoutButton(actions.logOut, "secondary")}</div>`,
  });
}

function password(state: "changeable" | "fixed", { texts: { account } }: Language): Fragment {
  const link = html`<a class="small" href="/account/password" aria-label="${account.changePasswordLabel}">${account.changePassword}</a>`;
  const changeable = state === "changeable";
  return html`<section aria-label="${account.password}">
        <ul class="rows spaced">
          ${row(account.password, changeable ? html`` : html`${account.passwordFixed}`, changeable ? link : html``)}
        </ul>
      </section>`;
}

function sessionRow(session: SessionView, now: number, language: Language): Fragment {
  const { id, userAgent, address, lastSeen, current, domain } = session;
  const { account } = language.texts;
  const device = deviceName(userAgent, language);
  const seen = current ? account.now : moment(lastSeen, now, language);
  const details = html`<bdi>${legibleText(address)}</bdi> \u00B7 ${seen}${domain && html` \u00B7 <bdi>${legibleText(domain)}</bdi>`}`;
  const label = account.logOutLabel(device, legibleText(address));
  const revoke = postButton("/account/sessions/revoke", account.logOut, "small", { label, field: ["session", id] });
  return row(device, details, current ? html`<span>${account.thisBrowser}</span>` : revoke);
}
