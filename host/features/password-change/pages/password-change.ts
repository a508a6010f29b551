// Changes the password of whoever is logged in.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import {
  type NewPasswordProblem,
  newPasswordFields,
  type PasswordRules,
  problemText,
} from "../../../../portal/pages/new-password.ts";
import { passwordField } from "../../../../portal/pages/password-field.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { passwordChangeTexts } from "../texts/index.ts";

export type PasswordChangeProblem =
  /** The current password; `wait`: how long the next attempt has to wait, in seconds. */
  { readonly kind: "wrong" | "held"; readonly wait: number } | NewPasswordProblem;

export interface PasswordChangeView {
  readonly site: Site;
  readonly user: User;
  readonly rules: PasswordRules;
  readonly problem?: PasswordChangeProblem;
  /** Where those go who have forgotten their password; absent: it is not reset here. */
  readonly forgotten?: string;
}

export function passwordChangePage({ site, user, rules, problem, forgotten }: PasswordChangeView): string {
  const { password, actions, busy, error } = site.language.texts;
  const texts = passwordChangeTexts(site.language);
  const ofCurrent = problem?.kind === "wrong" || problem?.kind === "held";
  return layout({
    site,
    title: problem ? error(texts.title) : texts.title,
    body: html`<h1>${texts.title}</h1>
      ${identity(user)}
      <p class="note">${texts.othersEnd}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explanation(problem, rules, site)}</p>`}
      <form method="post" action="/account/password">
        ${passwordField({
          site,
          name: "current_password",
          label: texts.current,
          autocomplete: "current-password",
          describedBy: ofCurrent ? ["error"] : [],
          wrong: problem?.kind === "wrong",
          autofocus: true,
        })}
        ${newPasswordFields({ site, username: user.name, rules, wrong: problem?.kind === "mistakes" })}
        <button class="primary" type="submit" data-busy="${busy.checking}">${texts.change}</button>
      </form>
      <div class="actions">${linkButton(actions.cancel, "secondary", "/account")}</div>
      ${forgotten !== undefined && html`<p class="spaced"><a href="${forgotten}">${password.forgotten}</a></p>`}`,
  });
}

function explanation(problem: PasswordChangeProblem, rules: PasswordRules, { language }: Site): string {
  if (!("wait" in problem)) return problemText(problem, rules, language);
  const { currentWrong, held } = passwordChangeTexts(language);
  const why = problem.kind === "wrong" ? currentWrong : held;
  return problem.wait > 0 ? `${why} ${language.texts.tryAgainIn(language.duration(problem.wait))}` : why;
}

/** After it. */
export function passwordChangedPage({ site }: { readonly site: Site }): string {
  const { password, actions } = site.language.texts;
  return layout({
    site,
    title: password.changed,
    body: html`<h1>${password.changed}</h1>
      <p>${passwordChangeTexts(site.language).othersEnded}</p>
      <div class="actions">${linkButton(actions.account, "primary", "/account")}</div>`,
  });
}
