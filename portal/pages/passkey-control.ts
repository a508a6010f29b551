// The button that asks the browser for a passkey. The script shows it, for nothing works here without it.
import { html } from "hono/html";
import { type ReturnTo, returnToFields } from "./return-to.ts";
import type { Site } from "./site.ts";

export interface PasskeyControl {
  readonly site: Site;
  readonly purpose: "login" | "second-factor" | "register";
  readonly label: string;
  readonly weight: "primary" | "secondary";
  readonly returnTo: ReturnTo;
}

export function passkeyControl({ site, purpose, label, weight, returnTo }: PasskeyControl) {
  const { passkey } = site.language.texts;
  return html`<div class="passkey" data-passkey="${purpose}" data-refused="${passkey.refused}"
        data-duplicate="${passkey.duplicate}" data-unavailable="${passkey.unavailable}">
        ${purpose === "login" ? undefined : returnToFields(returnTo)}
        <button class="${weight}" type="button" hidden>${label}</button>
        ${purpose !== "login" && html`<noscript><p>${passkey.needsScript}</p></noscript>`}
      </div>`;
}
