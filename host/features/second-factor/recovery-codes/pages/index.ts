// What pages and e-mails show of recovery codes.
import { html } from "hono/html";
import type { Language } from "../../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../../portal/pages/layout.ts";
import { row } from "../../../../../portal/pages/rows.ts";
import type { FactorPages, QuestionView } from "../../factor.ts";
import { codeForm } from "../../pages/code-form.ts";
import type { Question } from "../../pages/second-factor.ts";
import type { RecoveryCodes } from "../recovery-codes.ts";
import { recoveryCodeTexts } from "../texts/index.ts";

/** What somebody types is on paper. */
const typed = html`autocomplete="off" autocapitalize="none" autocorrect="off" maxlength="40"`;

export function recoveryCodePages(codes: RecoveryCodes): FactorPages {
  return {
    choice: (language) => recoveryCodeTexts(language).choose,
    question: async (view) => recoveryCodeQuestion(view),
    account: async ({ username, language }) => ({ rows: [recoveryCodeRow(await codes.of(username), language)] }),
    notice({ action }, language) {
      const { made, used } = recoveryCodeTexts(language).notices;
      return action === "recovery codes" ? made : action === "second factor" ? used : undefined;
    },
  };
}

export function recoveryCodeQuestion(view: QuestionView): Question {
  const { ask, wrong, code: label } = recoveryCodeTexts(view.site.language);
  return { ask, wrong, control: codeForm({ ...view, name: "recovery", label, typed }) };
}

/** `current`: undefined where none were made yet. */
export function recoveryCodeRow(
  current: { readonly left: number; readonly total: number } | undefined,
  language: Language,
): Fragment {
  const { name, countLeft, none, make, renew } = recoveryCodeTexts(language);
  const { link, label } = current ? renew : make;
  return row(
    name,
    html`${current ? countLeft(current.left, current.total) : none}`,
    html`<a class="small" href="/account/recovery-codes" aria-label="${label}">${link}</a>`,
  );
}
