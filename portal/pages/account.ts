// What somebody has a hand in themselves: their second factors, and the browsers that they are logged in with.
import { html } from "hono/html";
import type { Language } from "../languages/language.ts";
import { linkButton, logoutButton } from "./actions.ts";
import { deviceName } from "./device.ts";
import { identity, type User } from "./identity.ts";
import { type Fragment, layout } from "./layout.ts";
import { legibleText } from "./legible.ts";
import { moment } from "./moment.ts";
import type { Site } from "./site.ts";

/** All times are seconds since the epoch. */
export interface AccountView {
  readonly site: Site;
  readonly user: User;
  readonly now: number;
  /** Whether the password can be changed here; absent: nobody speaks of it. */
  readonly password?: "changeable" | "fixed";
  readonly app?: { readonly createdAt: number; readonly lastUsedAt: number };
  /** Whether an app can be set up here. */
  readonly offerApp: boolean;
  readonly passkeys: readonly PasskeyView[];
  /** Whether passkeys can be added here. */
  readonly offerPasskeys: boolean;
  readonly recoveryCodes?: { readonly left: number; readonly total: number };
  /** Latest first. */
  readonly sessions: readonly SessionView[];
  /** The address of the page that lists earlier ones. */
  readonly earlierSessions?: string;
}

export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** The portal that it is for, where that is another one. */
  readonly elsewhere?: string;
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
  const { site, user, now, passkeys, sessions } = view;
  const { account, passkey, actions } = site.language.texts;
  return layout({
    site,
    title: account.title,
    body: html`<h1>${account.title}</h1>
      ${identity(user)}
      ${view.password && password(view.password, site.language)}
      <section aria-labelledby="factors">
        <h2 id="factors">${account.factors}</h2>
        <ul class="rows">
          ${view.offerApp && app(view)}
          ${passkeys.map((one) => passkeyRow(one, now, site.language))}
          ${(view.app || passkeys.length > 0) && recoveryCodes(view)}
        </ul>
        ${view.offerPasskeys && html`<p><a class="secondary" href="/account/passkeys">${passkey.add}</a></p>`}
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

function app({ site: { language }, app: current, now }: AccountView): Fragment {
  const { account, actions } = language.texts;
  const link = (text: string, label: string) =>
    html`<a class="small" href="/account/totp" aria-label="${label}">${text}</a>`;
  if (!current) return row(account.app, html`${account.appNotSetUp}`, link(actions.setUp, account.setUpApp));
  return row(
    account.app,
    moment(current.lastUsedAt, now, language, account.lastUsed),
    html`${link(actions.replace, account.replaceApp)}
              ${postButton("/account/totp/remove", actions.remove, "small", { label: account.removeApp })}`,
  );
}

function recoveryCodes({ site, recoveryCodes: codes }: AccountView): Fragment {
  const { account } = site.language.texts;
  const [text, label] = codes
    ? [account.renewCodes, account.renewCodesLabel]
    : [account.makeCodes, account.makeCodesLabel];
  return row(
    account.recoveryCodes,
    html`${codes ? account.codesLeft(codes.left, codes.total) : account.noCodes}`,
    html`<a class="small" href="/account/recovery-codes" aria-label="${label}">${text}</a>`,
  );
}

function passkeyRow({ id, name, createdAt, lastUsedAt, elsewhere }: PasskeyView, now: number, language: Language) {
  const { account, actions } = language.texts;
  const shown = legibleText(name);
  const used =
    lastUsedAt === null
      ? moment(createdAt, now, language, account.added)
      : moment(lastUsedAt, now, language, account.lastUsed);
  const query = new URLSearchParams({ passkey: id });
  const label = account.removePasskey(shown);
  return row(
    html`<bdi>${shown}</bdi>`,
    html`${elsewhere === undefined ? account.passkey : account.passkeyFor(legibleText(elsewhere))} \u00B7 ${used}`,
    html`<a class="small" href="/account/passkeys/rename?${query}" aria-label="${account.renamePasskey(shown)}">${actions.rename}</a>
              ${postButton("/account/passkeys/remove", actions.remove, "small", { label, field: ["passkey", id] })}`,
  );
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

function row(name: string | Fragment, details: Fragment, controls: Fragment): Fragment {
  return html`<li>
            <div><strong>${name}</strong><span>${details}</span></div>
            <div class="controls">${controls}</div>
          </li>`;
}

interface ButtonDetails {
  /** For those who do not see what the button stands beside. */
  readonly label?: string;
  readonly field?: readonly [name: string, value: string];
}

function postButton(action: string, text: string, style: "secondary" | "small", { label, field }: ButtonDetails = {}) {
  return html`<form method="post" action="${action}">
                ${field && html`<input type="hidden" name="${field[0]}" value="${field[1]}" />`}
                <button class="${style}" type="submit" ${label !== undefined && html`aria-label="${label}"`}>${text}</button>
              </form>`;
}
