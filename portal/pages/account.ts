// What somebody has a hand in themselves: their second factors, and the browsers that they are logged in with.
import { html } from "hono/html";
import { linkButton, logoutButton } from "./actions.ts";
import { deviceName } from "./device.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, type Fragment, layout } from "./layout.ts";
import { legibleText } from "./legible.ts";
import { moment } from "./moment.ts";

/** All times are seconds since the epoch. */
export interface AccountView {
  readonly assets: Assets;
  readonly user: User;
  readonly now: number;
  readonly app?: { readonly createdAt: number; readonly lastUsedAt: number };
  /** Whether an app can be set up here. */
  readonly offerApp: boolean;
  readonly passkeys: readonly PasskeyView[];
  /** Whether passkeys can be added here. */
  readonly offerPasskeys: boolean;
  readonly recoveryCodes?: { readonly left: number; readonly total: number };
  /** Latest first. */
  readonly sessions: readonly SessionView[];
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
  return layout({
    assets: view.assets,
    title: "Your account",
    body: html`<h1>Your account</h1>
      ${identity(view.user)}
      <section aria-labelledby="factors">
        <h2 id="factors">Second factors</h2>
        <ul class="rows">
          ${view.offerApp && app(view)}
          ${view.passkeys.map((passkey) => passkeyRow(passkey, view.now))}
          ${(view.app || view.passkeys.length > 0) && recoveryCodes(view)}
        </ul>
        ${view.offerPasskeys && html`<p><a class="secondary" href="/account/passkeys">Add a passkey or security key</a></p>`}
      </section>
      <section aria-labelledby="sessions">
        <h2 id="sessions">Logged in with</h2>
        <ul class="rows">
          ${view.sessions.map((session) => sessionRow(session, view.now))}
        </ul>
        ${view.sessions.length > 1 && postButton("/account/sessions/revoke-others", "Log out everywhere else", "secondary")}
      </section>
      <div class="actions">${linkButton("Start page", "secondary", "/")}${logoutButton("Log out", "secondary")}</div>`,
  });
}

function app({ app: current, now }: AccountView): Fragment {
  if (!current)
    return row(
      "Authenticator app",
      html`Not set up`,
      html`<a class="small" href="/account/totp" aria-label="Set up an authenticator app">Set up</a>`,
    );
  return row(
    "Authenticator app",
    html`Last used ${moment(current.lastUsedAt, now)}`,
    html`<a class="small" href="/account/totp" aria-label="Replace the authenticator app">Replace</a>
              ${postButton("/account/totp/remove", "Remove", "small", { label: "Remove the authenticator app" })}`,
  );
}

function recoveryCodes({ recoveryCodes: codes }: AccountView): Fragment {
  return row(
    "Recovery codes",
    codes ? html`${codes.left} of ${codes.total} left` : html`None`,
    html`<a class="small" href="/account/recovery-codes" aria-label="${codes ? "Renew" : "Make"} recovery codes">${codes ? "Renew" : "Make"}</a>`,
  );
}

function passkeyRow({ id, name, createdAt, lastUsedAt, elsewhere }: PasskeyView, now: number): Fragment {
  const shown = legibleText(name);
  const used = lastUsedAt === null ? html`Added ${moment(createdAt, now)}` : html`Last used ${moment(lastUsedAt, now)}`;
  const query = new URLSearchParams({ passkey: id });
  return row(
    html`<bdi>${shown}</bdi>`,
    html`Passkey${elsewhere && html` for <bdi>${legibleText(elsewhere)}</bdi>`}. ${used}`,
    html`<a class="small" href="/account/passkeys/rename?${query}" aria-label="Rename ${shown}">Rename</a>
              ${postButton("/account/passkeys/remove", "Remove", "small", { label: `Remove ${shown}`, field: ["passkey", id] })}`,
  );
}

function sessionRow({ id, userAgent, address, lastSeen, current, domain }: SessionView, now: number): Fragment {
  const device = deviceName(userAgent);
  const details = html`<bdi>${legibleText(address)}</bdi>, ${current ? "now" : moment(lastSeen, now)}${domain && html`, <bdi>${legibleText(domain)}</bdi>`}`;
  const label = `Log out ${device} at ${legibleText(address)}`;
  const revoke = postButton("/account/sessions/revoke", "Log out", "small", { label, field: ["session", id] });
  return row(device, details, current ? html`<span>This browser</span>` : revoke);
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
