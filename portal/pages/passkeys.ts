// Passkeys and security keys: one more, and a new name for one.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import type { ReturnTo } from "./return-to.ts";
import type { Site } from "./site.ts";

/** As long as a name can be. Characters. */
const longestName = 64;

export interface PasskeyEnrolmentView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
}

export function passkeyEnrolmentPage({ site, returnTo }: PasskeyEnrolmentView): string {
  const { passkey, actions } = site.language.texts;
  return layout({
    site,
    title: passkey.newTitle,
    body: html`<h1>${passkey.newTitle}</h1>
      <p>${passkey.newText}</p>
      <div class="spaced">${nameField(site, "")}</div>
      ${passkeyControl({ site, purpose: "register", label: passkey.newButton, weight: "primary", returnTo })}
      <div class="actions">${linkButton(actions.cancel, "secondary", "/account")}</div>`,
  });
}

export interface PasskeyRenameView {
  readonly site: Site;
  readonly id: string;
  readonly name: string;
}

export function passkeyRenamePage({ site, id, name }: PasskeyRenameView): string {
  const { passkey, actions } = site.language.texts;
  return layout({
    site,
    title: passkey.renameTitle,
    body: html`<h1>${passkey.renameTitle}</h1>
      <form method="post" action="/account/passkeys/rename">
        ${nameField(site, name)}
        <input type="hidden" name="passkey" value="${id}" />
        <button class="primary" type="submit">${actions.rename}</button>
      </form>
      <div class="actions">${linkButton(actions.cancel, "secondary", "/account")}</div>`,
  });
}

function nameField({ language }: Site, name: string): Fragment {
  return html`<div class="field">
          <label for="name">${language.texts.passkey.name}</label>
          <input id="name" name="name" type="text" value="${name}" maxlength="${longestName}" autocomplete="off" required autofocus />
        </div>`;
}
