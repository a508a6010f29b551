// Sets an authenticator app up: its secret as a QR code and as text, and the first code that shows that it arrived.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { codeField } from "./code-field.ts";
import { type Assets, layout } from "./layout.ts";
import { qrCode } from "./qr-code.ts";
import { type Way, wayFields } from "./way.ts";

export interface TotpEnrolmentView {
  readonly assets: Assets;
  /** Base32. */
  readonly secret: string;
  /** What the QR code says. */
  readonly uri: string;
  readonly digits: number;
  /** Whether the account has an app already. */
  readonly replaces: boolean;
  readonly way: Way;
  readonly wrong: boolean;
}

export function totpEnrolmentPage({ assets, secret, uri, digits, replaces, way, wrong }: TotpEnrolmentView): string {
  const title = "Set up an authenticator app";
  return layout({
    assets,
    title: wrong ? `Error: ${title}` : title,
    body: html`<h1>${title}</h1>
      ${replaces && html`<p class="note">It takes the place of the app that you use now.</p>`}
      <p>Scan this with the app, or open it <a href="${uri}">on this device</a>.</p>
      ${qrCode(uri, "QR code for your authenticator app")}
      <p class="note" id="secret-label">If the app cannot scan, type this key:</p>
      <p class="secret" aria-labelledby="secret-label"><code>${secret.match(/.{1,4}/g)!.join(" ")}</code></p>
      ${wrong && html`<p class="alert" id="error" role="alert">This is not the code of this key. Check that the clock of your device is right, and enter the code that is shown now.</p>`}
      <form method="post" action="/account/totp">
        ${codeField({ label: "Code that the app shows now", digits, wrong })}
        ${wayFields(way)}
        <button class="primary" type="submit" data-busy="Checking\u2026">Confirm</button>
      </form>
      <div class="actions">${linkButton("Cancel", "secondary", "/account")}</div>`,
  });
}
