// Passkeys and security keys: one more, and a new name for one.
import { html } from "hono/html";
import { linkButton } from "../../../../../portal/pages/actions.ts";
import { type Fragment, layout } from "../../../../../portal/pages/layout.ts";
import type { ReturnTo } from "../../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../../portal/pages/site.ts";
import { passkeyTexts } from "../texts/index.ts";
import { passkeyControl } from "./passkey-control.ts";

/** As long as a name can be. Characters. */
const longestName = 64;

export interface PasskeyEnrolmentView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
}

export function passkeyEnrolmentPage({ site, returnTo }: PasskeyEnrolmentView): string {
  const { enrolment } = passkeyTexts(site.language);
  return layout({
    site,
    title: enrolment.title,
    body: html`<h1>${enrolment.title}</h1>
      <p>${enrolment.text}</p>
      <div class="spaced">${nameField(site, "")}</div>
      ${passkeyControl({ site, purpose: "register", label: enrolment.button, weight: "primary", returnTo })}
      <div class="actions">${linkButton(site.language.texts.actions.cancel, "secondary", "/account")}</div>`,
  });
}

export interface PasskeyRenameView {
  readonly site: Site;
  readonly id: string;
  readonly name: string;
}

export function passkeyRenamePage({ site, id, name }: PasskeyRenameView): string {
  const { renameTitle } = passkeyTexts(site.language);
  const { actions } = site.language.texts;
  return layout({
    site,
    title: renameTitle,
    body: html`<h1>${renameTitle}</h1>
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
          <label for="name">${passkeyTexts(language).name}</label>
          <input id="name" name="name" type="text" value="${name}" maxlength="${longestName}" autocomplete="off" required autofocus />
        </div>`;
}
