// A user's second factors on the account page.
import { html } from "hono/html";
import type { Language } from "../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { postButton } from "../../../../portal/pages/rows.ts";
import { secondFactorTexts } from "../texts/index.ts";

export interface FactorSection {
  readonly language: Language;
  /** One for each second factor, as `row` makes them. */
  readonly rows: readonly Fragment[];
  /** The pages that add another factor to those that are listed. */
  readonly adds: readonly { readonly label: string; readonly address: string }[];
  /** What the user can have themselves asked for first from now on. */
  readonly first: readonly { readonly name: string; readonly choice: string }[];
}

export function factorSection({ language, rows, adds, first }: FactorSection): Fragment {
  const texts = secondFactorTexts(language);
  return html`<section aria-labelledby="factors">
        <h2 id="factors">${texts.factors}</h2>
        <ul class="rows">
          ${rows}
        </ul>
        ${adds.map(({ label, address }) => html`<p><a class="secondary" href="${address}">${label}</a></p>`)}
        ${first.length > 0 && html`<p>${texts.askFirst}</p>`}
        ${first.map(({ name, choice }) => postButton("/second-factor/first", choice, "secondary", { field: ["factor", name] }))}
      </section>`;
}
