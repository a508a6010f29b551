// A new password for those who have forgotten theirs: asked for, and set with the link from an e-mail. No page tells whether there
// is an account of some name.
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
import type { Site } from "../../../../portal/pages/site.ts";
import { passwordResetTexts } from "../texts/index.ts";

/** Asks whose password it is. */
export function forgottenPasswordPage({ site }: { readonly site: Site }): string {
  const { password, actions } = site.language.texts;
  const texts = passwordResetTexts(site.language);
  return layout({
    site,
    title: password.forgotten,
    body: html`<h1>${password.forgotten}</h1>
      <p>${texts.text}</p>
      <form method="post" action="/reset-password">
        <div class="field">
          <label for="username">${texts.nameOrAddress}</label>
          <input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" autocorrect="off"
            spellcheck="false" maxlength="255" required autofocus />
        </div>
        <button class="primary" type="submit">${texts.sendLink}</button>
      </form>
      <div class="actions">${linkButton(actions.cancel, "secondary", "/")}</div>`,
  });
}

export interface LinkSentView {
  readonly site: Site;
  /** How long a link is good for. Seconds. */
  readonly lifespan: number;
}

/** The same whoever was named. */
export function linkSentPage({ site, lifespan }: LinkSentView): string {
  const { actions } = site.language.texts;
  const texts = passwordResetTexts(site.language);
  return layout({
    site,
    title: texts.sentTitle,
    body: html`<h1>${texts.sentTitle}</h1>
      <p>${texts.sentText}</p>
      <p>${texts.sentLimits(site.language.duration(lifespan))}</p>
      <div class="actions stacked">${linkButton(texts.askAgain, "secondary", "/reset-password")}${linkButton(actions.logIn, "secondary", "/")}</div>`,
  });
}

export interface NewPasswordView {
  readonly site: Site;
  readonly user: User;
  /** From the link. */
  readonly token: string;
  readonly rules: PasswordRules;
  readonly problem?: NewPasswordProblem;
}

export function newPasswordPage({ site, user, token, rules, problem }: NewPasswordView): string {
  const { language } = site;
  const { busy, error } = language.texts;
  const texts = passwordResetTexts(language);
  return layout({
    site,
    title: problem ? error(texts.setTitle) : texts.setTitle,
    body: html`<h1>${texts.setTitle}</h1>
      ${identity(user)}
      <p class="note">${texts.allEnd}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${problemText(problem, rules, language)}</p>`}
      <form method="post" action="/reset-password/new">
        <input type="hidden" name="token" value="${token}" />
        ${newPasswordFields({ site, username: user.name, rules, wrong: problem?.kind === "mistakes", autofocus: true })}
        <button class="primary" type="submit" data-busy="${busy.checking}">${texts.set}</button>
      </form>`,
  });
}

/** For a link that does nothing here: it is no good any more, or good in another browser. */
export function uselessLinkPage({ site, why }: { readonly site: Site; readonly why: "elsewhere" | "void" }): string {
  const { actions } = site.language.texts;
  const texts = passwordResetTexts(site.language);
  const [title, text] =
    why === "elsewhere" ? [texts.elsewhereTitle, texts.elsewhereText] : [texts.voidTitle, texts.voidText];
  return layout({
    site,
    title,
    body: html`<h1>${title}</h1>
      <p>${text}</p>
      <div class="actions stacked">${linkButton(texts.askAgain, "primary", "/reset-password")}${linkButton(actions.logIn, "secondary", "/")}</div>`,
  });
}

/** After it. */
export function passwordSetPage({ site }: { readonly site: Site }): string {
  const { password, actions } = site.language.texts;
  const texts = passwordResetTexts(site.language);
  return layout({
    site,
    title: password.changed,
    body: html`<h1>${password.changed}</h1>
      <p>${texts.allEnded}</p>
      <div class="actions">${linkButton(actions.logIn, "primary", "/")}</div>`,
  });
}
