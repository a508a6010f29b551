// A user's second factors on the account page.
import { html } from "hono/html";
import type { Language } from "../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { secondFactorTexts } from "../texts/index.ts";

export interface FactorSection {
  readonly language: Language;
  /** One for each second factor, as `row` makes them. */
  readonly rows: readonly Fragment[];
  /** The pages that add another factor to those that are listed. */
  readonly adds: readonly { readonly label: string; readonly address: string }[];
}

export function factorSection({ language, rows, adds }: FactorSection): Fragment {
  return html`<section aria-labelledby="factors">
        <h2 id="factors">${secondFactorTexts(language).factors}</h2>
        <ul class="rows">
          ${rows}
        </ul>
        ${adds.map(({ label, address }) => html`<p><a class="secondary" href="${address}">${label}</a></p>`)}
      </section>`;
}
