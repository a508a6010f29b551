// The button that asks the browser for a passkey. The script shows it, for nothing works here without it.
import { html } from "hono/html";
import { type ReturnTo, returnToFields } from "../../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../../portal/pages/site.ts";
import { passkeyTexts } from "../texts/index.ts";

export interface PasskeyControl {
  readonly site: Site;
  readonly purpose: "login" | "second-factor" | "register";
  readonly label: string;
  readonly weight: "primary" | "secondary";
  /** Absent where the page has its fields already. */
  readonly returnTo?: ReturnTo;
}

export function passkeyControl({ site, purpose, label, weight, returnTo }: PasskeyControl) {
  const texts = passkeyTexts(site.language);
  return html`<div class="passkey" data-passkey="${purpose}" data-refused="${texts.refused}"
        data-duplicate="${texts.duplicate}" data-unavailable="${texts.unavailable}">
        ${returnTo && returnToFields(returnTo)}
        <button class="${weight}" type="button" hidden>${label}</button>
        ${purpose !== "login" && html`<noscript><p>${texts.needsScript}</p></noscript>`}
      </div>`;
}
