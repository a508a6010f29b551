// Asks for a new password in the place of one that was right and has expired.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { loginAddress } from "../../../../portal/pages/destination.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import {
  type NewPasswordProblem,
  newPasswordFields,
  type PasswordRules,
  problemText,
} from "../../../../portal/pages/new-password.ts";
import { passwordField } from "../../../../portal/pages/password-field.ts";
import { returnToFields } from "../../../../portal/pages/return-to.ts";
import { loginTexts } from "../texts/index.ts";
import type { LoginView } from "./login.ts";
import { cookiesAskedFor } from "./login.ts";

export interface ExpiredPasswordView extends Pick<LoginView, "site" | "target" | "next" | "method" | "keepMeLoggedIn"> {
  readonly user: User;
  /** What a new password must be like; undefined: it cannot be set here. */
  readonly rules: PasswordRules | undefined;
  readonly problem?: NewPasswordProblem;
}

export function expiredPasswordPage(view: ExpiredPasswordView): string {
  const { site, user, rules, problem } = view;
  const { texts } = site.language;
  const { newPassword } = loginTexts(site.language);
  return layout({
    site,
    title: problem ? texts.error(newPassword.title) : newPassword.title,
    body: html`<h1>${newPassword.title}</h1>
      ${identity(user)}
      <p class="lead">${newPassword.why}</p>
      ${rules === undefined ? html`<p>${newPassword.elsewhere}</p>` : form(view, rules)}
      <div class="actions">${linkButton(texts.actions.cancel, "secondary", loginAddress(view.target))}</div>`,
  });
}

function form(view: ExpiredPasswordView, rules: PasswordRules) {
  const { site, user, problem } = view;
  const { texts } = site.language;
  const { newPassword } = loginTexts(site.language);
  return html`${problem && html`<p class="alert" id="error" role="alert">${problemText(problem, rules, site.language)}</p>`}
      <form method="post" action="/login/new-password">
        ${passwordField({
          site,
          name: "current_password",
          label: newPassword.current,
          autocomplete: "current-password",
          describedBy: [],
          wrong: false,
          autofocus: true,
        })}
        ${newPasswordFields({ site, username: user.name, rules, wrong: problem?.kind === "mistakes" })}
        ${view.keepMeLoggedIn && html`<input type="hidden" name="keep_me_logged_in" value="true" />`}
        ${cookiesAskedFor}
        ${returnToFields(view)}
        <button class="primary" type="submit" data-busy="${texts.busy.checking}">${newPassword.set}</button>
      </form>`;
}
