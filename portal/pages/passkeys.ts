// Passkeys and security keys: one more, and a new name for one.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { type Assets, type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import type { Way } from "./way.ts";

/** As long as a name can be. Characters. */
const longestName = 64;

export interface PasskeyEnrolmentView {
  readonly assets: Assets;
  readonly way: Way;
}

export function passkeyEnrolmentPage({ assets, way }: PasskeyEnrolmentView): string {
  return layout({
    assets,
    title: "Add a passkey",
    body: html`<h1>Add a passkey</h1>
      <p>A passkey logs you in with the fingerprint, face or PIN of a device. A security key works too.</p>
      <div class="spaced">${nameField("")}</div>
      ${passkeyControl({ purpose: "register", label: "Add passkey", weight: "primary", way })}
      <div class="actions">${linkButton("Cancel", "secondary", "/account")}</div>`,
  });
}

export interface PasskeyRenameView {
  readonly assets: Assets;
  readonly id: string;
  readonly name: string;
}

export function passkeyRenamePage({ assets, id, name }: PasskeyRenameView): string {
  return layout({
    assets,
    title: "Rename a passkey",
    body: html`<h1>Rename a passkey</h1>
      <form method="post" action="/account/passkeys/rename">
        ${nameField(name)}
        <input type="hidden" name="passkey" value="${id}" />
        <button class="primary" type="submit">Rename</button>
      </form>
      <div class="actions">${linkButton("Cancel", "secondary", "/account")}</div>`,
  });
}

function nameField(name: string): Fragment {
  return html`<div class="field">
          <label for="name">Name, to tell it from others</label>
          <input id="name" name="name" type="text" value="${name}" maxlength="${longestName}" autocomplete="off" required autofocus />
        </div>`;
}
