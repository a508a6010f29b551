// Recovery codes: offered, counted, and shown the one time that they can be seen.
import { html } from "hono/html";
import { linkButton } from "../../../../../portal/pages/actions.ts";
import { loginAddress } from "../../../../../portal/pages/destination.ts";
import { layout } from "../../../../../portal/pages/layout.ts";
import { type ReturnTo, returnToFields } from "../../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../../portal/pages/site.ts";
import { recoveryCodeTexts } from "../texts/index.ts";

export interface RecoveryCodesView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
  /** What the account has now; absent: none were made yet. */
  readonly current?: { readonly left: number; readonly total: number };
}

/** Offers to make new codes. */
export function recoveryCodesPage({ site, returnTo, current }: RecoveryCodesView): string {
  const { title, offer, make } = recoveryCodeTexts(site.language);
  const { actions } = site.language.texts;
  return layout({
    site,
    title,
    body: html`<h1>${title}</h1>
      <p>${offer.text}</p>
      ${current && html`<p>${offer.left(current.left, current.total)}</p>`}
      <form method="post" action="/account/recovery-codes">
        ${returnToFields(returnTo)}
        <button class="primary" type="submit">${current ? offer.makeNew : make.label}</button>
      </form>
      <div class="actions">${onward(returnTo, current ? actions.cancel : offer.notNow, "secondary")}</div>`,
  });
}

export interface NewRecoveryCodesView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
  readonly codes: readonly string[];
}

/** Shows codes that were just made. */
export function newRecoveryCodesPage({ site, returnTo, codes }: NewRecoveryCodesView): string {
  const { fresh } = recoveryCodeTexts(site.language);
  return layout({
    site,
    title: fresh.title,
    body: html`<h1>${fresh.title}</h1>
      <p>${fresh.keep} <strong>${fresh.onlyNow}</strong></p>
      <ol class="codes">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ol>
      <div class="actions">${onward(returnTo, fresh.kept, "primary")}</div>`,
  });
}

/** The link to where the visitor was going. */
function onward({ target }: ReturnTo, label: string, weight: "primary" | "secondary") {
  return linkButton(label, weight, target ? loginAddress(target) : "/account");
}
