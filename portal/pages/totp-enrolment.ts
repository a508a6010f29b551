// Sets an authenticator app up: its secret as a QR code and as text, and the first code that shows that it arrived.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { codeField } from "./code-field.ts";
import { layout } from "./layout.ts";
import { qrCode } from "./qr-code.ts";
import { type ReturnTo, returnToFields } from "./return-to.ts";
import type { Site } from "./site.ts";

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
  const { app, actions, busy, error } = site.language.texts;
  return layout({
    site,
    title: wrong ? error(app.title) : app.title,
    body: html`<h1>${app.title}</h1>
      ${replaces && html`<p class="note">${app.replaces}</p>`}
      <p>${app.scan} <a href="${uri}">${app.openHere}</a></p>
      ${qrCode(uri, app.qrCode)}
      <p class="note" id="secret-label">${app.typeKey}</p>
      <p class="secret" aria-labelledby="secret-label"><code>${secret.match(/.{1,4}/g)!.join(" ")}</code></p>
      ${wrong && html`<p class="alert" id="error" role="alert">${app.wrong}</p>`}
      <form method="post" action="/account/totp">
        ${codeField({ kind: "app", label: app.code, digits, wrong })}
        ${returnToFields(returnTo)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.confirm}</button>
      </form>
      <div class="actions">${linkButton(actions.cancel, "secondary", "/account")}</div>`,
  });
}
