// Recovery codes: offered, counted, and shown the one time that they can be seen.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { loginAddress } from "./destination.ts";
import { type Assets, layout } from "./layout.ts";
import { type Way, wayFields } from "./way.ts";

export interface RecoveryCodesView {
  readonly assets: Assets;
  readonly way: Way;
  /** What the account has now; absent: none were made yet. */
  readonly current?: { readonly left: number; readonly total: number };
}

/** Offers to make new codes. */
export function recoveryCodesPage({ assets, way, current }: RecoveryCodesView): string {
  return layout({
    assets,
    title: "Recovery codes",
    body: html`<h1>Recovery codes</h1>
      <p>With a recovery code you get in on the day when your other second factors are lost. Each code works once.</p>
      ${current && html`<p>${current.left} of ${current.total} are left. New codes take the place of all of them.</p>`}
      <form method="post" action="/account/recovery-codes">
        ${wayFields(way)}
        <button class="primary" type="submit">${current ? "Make new codes" : "Make recovery codes"}</button>
      </form>
      <div class="actions">${onward(way, current ? "Cancel" : "Not now", "secondary")}</div>`,
  });
}

export interface NewRecoveryCodesView {
  readonly assets: Assets;
  readonly way: Way;
  readonly codes: readonly string[];
}

/** Shows codes that were just made. */
export function newRecoveryCodesPage({ assets, way, codes }: NewRecoveryCodesView): string {
  return layout({
    assets,
    title: "Your recovery codes",
    body: html`<h1>Your recovery codes</h1>
      <p>Print these or keep them in a password manager. <strong>They are shown only now.</strong></p>
      <ol class="codes">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ol>
      <div class="actions">${onward(way, "I have kept them", "primary")}</div>`,
  });
}

/** The link to where the visitor was going. */
function onward({ target }: Way, label: string, weight: "primary" | "secondary") {
  return linkButton(label, weight, target ? loginAddress(target) : "/account");
}
