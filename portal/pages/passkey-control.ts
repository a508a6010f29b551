// The button that asks the browser for a passkey. The script shows it, for nothing works here without it.
import { html } from "hono/html";
import { type Way, wayFields } from "./way.ts";

export interface PasskeyControl {
  readonly purpose: "login" | "second-factor" | "register";
  readonly label: string;
  readonly weight: "primary" | "secondary";
  readonly way: Way;
}

export function passkeyControl({ purpose, label, weight, way }: PasskeyControl) {
  return html`<div class="passkey" data-passkey="${purpose}" data-refused="That did not work. Try again."
        data-duplicate="This device has a passkey for this account already.">
        ${purpose === "login" ? undefined : wayFields(way)}
        <button class="${weight}" type="button" hidden>${label}</button>
        ${purpose !== "login" && html`<noscript><p>Passkeys need JavaScript, which this browser has switched off.</p></noscript>`}
      </div>`;
}
