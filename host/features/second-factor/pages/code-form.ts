// The form that passes a factor by a code that is typed.
import { html } from "hono/html";
import { codeField } from "../../../../portal/pages/code-field.ts";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { returnToFields } from "../../../../portal/pages/return-to.ts";
import type { QuestionView } from "../factor.ts";

interface CodeForm extends QuestionView {
  /** The factor's. */
  readonly name: string;
  readonly label: string;
  /** Attributes of the field. */
  readonly typed: Fragment;
}

export function codeForm({ site, returnTo, wrong, name, label, typed }: CodeForm): Fragment {
  const { actions, busy } = site.language.texts;
  return html`<form method="post" action="/second-factor/${name}">
        ${codeField({ label, typed, wrong })}
        ${returnToFields(returnTo)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.continue}</button>
      </form>`;
}
