// Asks for a one-time code from an e-mail before a change of how somebody logs in, and takes one back that nobody asked for.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { codeField } from "../../../../portal/pages/code-field.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { type Fragment, layout } from "../../../../portal/pages/layout.ts";
import { type ReturnTo, returnToFields } from "../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { elevationTexts } from "../texts/index.ts";

/** What somebody types is in a mail. */
const typed = html`autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" maxlength="40"`;

export type ElevationProblem =
  | { readonly kind: "wrong" }
  /** Too many codes were sent. */
  | { readonly kind: "too many" }
  /** Too many wrong codes: seconds until the next try. */
  | { readonly kind: "wait"; readonly seconds: number };

export interface ElevationView {
  readonly site: Site;
  readonly user: User;
  readonly returnTo: ReturnTo;
  /** Where the code goes; absent: the account has no address. */
  readonly address?: string;
  /** Whether a code was sent that can be used. */
  readonly sent: boolean;
  readonly problem?: ElevationProblem;
}

export function elevationPage(view: ElevationView): string {
  const { site, user, address, sent, problem } = view;
  const { actions, error } = site.language.texts;
  const elevation = elevationTexts(site.language);
  return layout({
    site,
    title: problem ? error(elevation.title) : elevation.title,
    body: html`<h1>${elevation.title}</h1>
      ${identity(user)}
      <p>${address === undefined ? elevation.noAddress : (sent ? elevation.sent : elevation.ask)(shortened(address))}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explain(problem, view)}</p>`}
      ${sent && codeForm(view)}
      <div class="actions">
        ${address !== undefined && sendForm(view)}
        ${linkButton(actions.cancel, "secondary", "/account")}
      </div>`,
  });
}

function codeForm({ site, returnTo, problem }: ElevationView): Fragment {
  const { actions, busy } = site.language.texts;
  const { code } = elevationTexts(site.language);
  return html`<form method="post" action="/account/elevation">
        ${codeField({ label: code, typed, wrong: problem?.kind === "wrong" })}
        ${returnToFields(returnTo)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.confirm}</button>
      </form>`;
}

function sendForm({ site, returnTo, sent }: ElevationView): Fragment {
  const { send, sendAnother } = elevationTexts(site.language);
  return html`<form method="post" action="/account/elevation/send">
          ${returnToFields(returnTo)}
          <button class="${sent ? "secondary" : "primary"}" type="submit">${sent ? sendAnother : send}</button>
        </form>`;
}

function explain(problem: ElevationProblem, { site: { language } }: ElevationView): string {
  const elevation = elevationTexts(language);
  switch (problem.kind) {
    case "wrong":
      return elevation.wrong;
    case "too many":
      return elevation.tooMany;
    case "wait":
      return elevation.wait(language.duration(problem.seconds));
  }
}

/** Enough for its owner to know it, as in `a\u2026@example.com`: whoever has only a password does not learn it here. */
function shortened(address: string): string {
  const [first = ""] = address;
  return `${first}\u2026${address.slice(address.lastIndexOf("@"))}`;
}

export interface CodeRevocationView {
  readonly site: Site;
  /** What the e-mail's link said. */
  readonly id: string;
}

/** What the link in a code's e-mail leads to: a link must not do it by itself, for mail programs follow links. */
export function codeRevocationPage({ site, id }: CodeRevocationView): string {
  const elevation = elevationTexts(site.language);
  return layout({
    site,
    title: elevation.revokeTitle,
    body: html`<h1>${elevation.revokeTitle}</h1>
      <p>${elevation.revokeText}</p>
      <form method="post" action="/account/elevation/revoke">
        <input type="hidden" name="id" value="${id}" />
        <button class="primary" type="submit">${elevation.revoke}</button>
      </form>`,
  });
}

export function codeRevokedPage(site: Site): string {
  const { actions } = site.language.texts;
  const elevation = elevationTexts(site.language);
  return layout({
    site,
    title: elevation.revoked,
    body: html`<h1>${elevation.revoked}</h1>
      <p>${elevation.revokedText}</p>
      <div class="actions">${linkButton(actions.logIn, "primary", "/account")}</div>`,
  });
}
