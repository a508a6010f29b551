// The password on the account page.
import { html } from "hono/html";
import type { Language } from "../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { row } from "../../../../portal/pages/rows.ts";
import { passwordChangeTexts } from "../texts/index.ts";

export function passwordSection(state: "changeable" | "fixed", language: Language): Fragment {
  const { label, fixed, changeShort, changeLabel } = passwordChangeTexts(language);
  const link = html`<a class="small" href="/account/password" aria-label="${changeLabel}">${changeShort}</a>`;
  const changeable = state === "changeable";
  return html`<section aria-label="${label}">
        <ul class="rows spaced">
          ${row(label, changeable ? html`` : html`${fixed}`, changeable ? link : html``)}
        </ul>
      </section>`;
}
