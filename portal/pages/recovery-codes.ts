// Recovery codes: offered, counted, and shown the one time that they can be seen.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { loginAddress } from "./destination.ts";
import { layout } from "./layout.ts";
import { type ReturnTo, returnToFields } from "./return-to.ts";
import type { Site } from "./site.ts";

export interface RecoveryCodesView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
  /** What the account has now; absent: none were made yet. */
  readonly current?: { readonly left: number; readonly total: number };
}

/** Offers to make new codes. */
export function recoveryCodesPage({ site, returnTo, current }: RecoveryCodesView): string {
  const { recoveryCodes, actions } = site.language.texts;
  return layout({
    site,
    title: recoveryCodes.title,
    body: html`<h1>${recoveryCodes.title}</h1>
      <p>${recoveryCodes.text}</p>
      ${current && html`<p>${recoveryCodes.left(current.left, current.total)}</p>`}
      <form method="post" action="/account/recovery-codes">
        ${returnToFields(returnTo)}
        <button class="primary" type="submit">${current ? recoveryCodes.makeNew : recoveryCodes.make}</button>
      </form>
      <div class="actions">${onward(returnTo, current ? actions.cancel : recoveryCodes.notNow, "secondary")}</div>`,
  });
}

export interface NewRecoveryCodesView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
  readonly codes: readonly string[];
}

/** Shows codes that were just made. */
export function newRecoveryCodesPage({ site, returnTo, codes }: NewRecoveryCodesView): string {
  const { recoveryCodes } = site.language.texts;
  return layout({
    site,
    title: recoveryCodes.newTitle,
    body: html`<h1>${recoveryCodes.newTitle}</h1>
      <p>${recoveryCodes.keep} <strong>${recoveryCodes.onlyNow}</strong></p>
      <ol class="codes">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ol>
      <div class="actions">${onward(returnTo, recoveryCodes.kept, "primary")}</div>`,
  });
}

/** The link to where the visitor was going. */
function onward({ target }: ReturnTo, label: string, weight: "primary" | "secondary") {
  return linkButton(label, weight, target ? loginAddress(target) : "/account");
}
