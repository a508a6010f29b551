// Sets an authenticator app up: its secret as a QR code and as text, and the first code that shows that it arrived.
import { html } from "hono/html";
import { linkButton } from "../../../../../portal/pages/actions.ts";
import { codeField } from "../../../../../portal/pages/code-field.ts";
import { type Fragment, layout } from "../../../../../portal/pages/layout.ts";
import { type ReturnTo, returnToFields } from "../../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../../portal/pages/site.ts";
import { totpTexts } from "../texts/index.ts";
import { qrCode } from "./qr-code.ts";

export interface TotpEnrolmentView {
  readonly site: Site;
  /** Base32. */
  readonly secret: string;
  /** What the QR code says. */
  readonly uri: string;
  readonly digits: number;
  /** Whether the account has an app already. */
  readonly replaces: boolean;
  readonly returnTo: ReturnTo;
  readonly wrong: boolean;
}

export function totpEnrolmentPage(view: TotpEnrolmentView): string {
  const { site, secret, uri, digits, replaces, returnTo, wrong } = view;
  const { actions, busy, error } = site.language.texts;
  const { enrolment } = totpTexts(site.language);
  return layout({
    site,
    title: wrong ? error(enrolment.title) : enrolment.title,
    body: html`<h1>${enrolment.title}</h1>
      ${replaces && html`<p class="note">${enrolment.replaces}</p>`}
      <p>${enrolment.scan} <a href="${uri}">${enrolment.openHere}</a></p>
      ${qrCode(uri, enrolment.qrCode)}
      <p class="note" id="secret-label">${enrolment.typeKey}</p>
      <p class="secret" aria-labelledby="secret-label"><code>${secret.match(/.{1,4}/g)!.join(" ")}</code></p>
      ${wrong && html`<p class="alert" id="error" role="alert">${enrolment.wrong}</p>`}
      <form method="post" action="/account/totp">
        ${codeField({ label: enrolment.code, typed: typedCode(digits), wrong })}
        ${returnToFields(returnTo)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.confirm}</button>
      </form>
      <div class="actions">${linkButton(actions.cancel, "secondary", "/account")}</div>`,
  });
}

/** A field for a code of so many digits, with room for the space that apps show in the middle. */
export function typedCode(digits: number): Fragment {
  return html`autocomplete="one-time-code" inputmode="numeric" pattern="[0-9 ]*" maxlength="${digits + 2}"`;
}
