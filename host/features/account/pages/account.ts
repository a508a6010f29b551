// What somebody has a hand in themselves: what features show of their account, and the browsers that they are logged in with.
import { html } from "hono/html";
import type { Language } from "../../../../portal/languages/language.ts";
import { linkButton, logoutButton } from "../../../../portal/pages/actions.ts";
import { deviceName } from "../../../../portal/pages/device.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { type Fragment, layout } from "../../../../portal/pages/layout.ts";
import { legibleText } from "../../../../portal/pages/legible.ts";
import { moment } from "../../../../portal/pages/moment.ts";
import { postButton, row } from "../../../../portal/pages/rows.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { accountTexts } from "../texts/index.ts";

/** All times are seconds since the epoch. */
export interface AccountView {
  readonly site: Site;
  readonly user: User;
  readonly now: number;
  /** What other features have to show. */
  readonly sections: readonly Fragment[];
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
  const { actions } = site.language.texts;
  const account = accountTexts(site.language);
  return layout({
    site,
    title: actions.account,
    body: html`<h1>${actions.account}</h1>
      ${identity(user)}
      ${view.sections}
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

function sessionRow(session: SessionView, now: number, language: Language): Fragment {
  const { id, userAgent, address, lastSeen, current, domain } = session;
  const account = accountTexts(language);
  const device = deviceName(userAgent, language);
  const seen = current ? account.now : moment(lastSeen, now, language);
  const details = html`<bdi>${legibleText(address)}</bdi> \u00B7 ${seen}${domain && html` \u00B7 <bdi>${legibleText(domain)}</bdi>`}`;
  const label = account.logOutLabel(device, legibleText(address));
  const revoke = postButton("/account/sessions/revoke", account.logOut, "small", { label, field: ["session", id] });
  return row(device, details, current ? html`<span>${account.thisBrowser}</span>` : revoke);
}
