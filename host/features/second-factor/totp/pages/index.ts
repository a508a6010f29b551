// What pages and e-mails show of authenticator apps.
import { html } from "hono/html";
import type { Language } from "../../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../../portal/pages/layout.ts";
import { moment } from "../../../../../portal/pages/moment.ts";
import { postButton, row } from "../../../../../portal/pages/rows.ts";
import type { FactorPages, QuestionView } from "../../factor.ts";
import { codeForm } from "../../pages/code-form.ts";
import type { Question } from "../../pages/second-factor.ts";
import type { AuthenticatorApps } from "../authenticator-apps.ts";
import { totpTexts } from "../texts/index.ts";
import { typedCode } from "./enrolment.ts";

/** The page that sets an app up. */
export const enrolmentPath = "/account/totp";

export function totpPages(apps: AuthenticatorApps): FactorPages {
  return {
    choice: (language) => totpTexts(language).choose,
    question: async (view) => appQuestion(view, (await apps.of(view.username))?.digits ?? apps.digits),
    account: async ({ username, language, now }) => ({
      rows: apps.enabled ? [appRow(await apps.of(username), now, language)] : [],
    }),
    setUp: (language) =>
      apps.enabled ? { label: totpTexts(language).enrolment.title, address: enrolmentPath } : undefined,
    notice({ action }, language) {
      const { setUp, removed } = totpTexts(language).notices;
      return action === "totp setup" ? setUp : action === "totp removal" ? removed : undefined;
    },
  };
}

export function appQuestion(view: QuestionView, digits: number): Question {
  const { ask, wrong, code: label } = totpTexts(view.site.language);
  return { ask, wrong, control: codeForm({ ...view, name: "totp", label, typed: typedCode(digits) }) };
}

/** Times are in seconds since the epoch; without an app, the row leads to setting one up. */
export function appRow(app: { readonly lastUsedAt: number } | undefined, now: number, language: Language): Fragment {
  const texts = totpTexts(language);
  const { setUp, replace, remove } = language.texts.actions;
  const link = (text: string, label: string) =>
    html`<a class="small" href="${enrolmentPath}" aria-label="${label}">${text}</a>`;
  if (!app) return row(texts.name, html`${texts.notSetUp}`, link(setUp, texts.setUp));
  return row(
    texts.name,
    moment(app.lastUsedAt, now, language, language.texts.lastUsed),
    html`${link(replace, texts.replace)}
              ${postButton(`${enrolmentPath}/remove`, remove, "small", { label: texts.remove })}`,
  );
}
