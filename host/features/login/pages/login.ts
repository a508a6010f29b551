// The login page. It works without JavaScript, with a password manager, and by keyboard alone; what it says about a
// failed attempt does not tell which part was wrong.
import { html } from "hono/html";
import { destination, shownHost, type Target } from "../../../../portal/pages/destination.ts";
import { type Fragment, layout } from "../../../../portal/pages/layout.ts";
import { passwordField } from "../../../../portal/pages/password-field.ts";
import { returnToFields } from "../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import type { LoginAlternative, LoginReason } from "../../../http/ask-login.ts";
import { loginTexts } from "../texts/index.ts";

export interface LoginView {
  readonly site: Site;
  /** Where the visitor goes after the login; absent: the start page. */
  readonly target?: Target;
  /** Path of the portal's own page that the login is for. */
  readonly next?: string;
  /** Why that page asks for a login. */
  readonly notice?: LoginReason;
  /** What else somebody can log in with, in place of a name and a password. */
  readonly alternatives?: readonly LoginAlternative[];
  /** Method of the request that was interrupted; it goes back in the `rm` field. */
  readonly method: string;
  /** What was typed before, or "". */
  readonly username: string;
  /** Where those go who have forgotten their password; absent: it is not reset here. */
  readonly forgotten?: string;
  /** Whether a name and a password are asked for; absent: they are. */
  readonly passwords?: boolean;
  /** Whether "Keep me logged in" is offered. */
  readonly rememberMe: boolean;
  /** Whether it was ticked before. */
  readonly keepMeLoggedIn?: boolean;
  readonly error?: LoginError;
  /** How long the next attempt has to wait. Seconds. */
  readonly wait?: number;
}

export type LoginError = "credentials" | "held" | "unavailable" | "expired";

export function loginPage(view: LoginView): string {
  const { site, next, error, notice } = view;
  const { texts } = site.language;
  const login = loginTexts(site.language);
  const target = next === undefined ? view.target : undefined;
  const title = target ? login.titleFor(shownHost(target)) : login.title;
  return layout({
    site,
    title: error ? texts.error(title) : title,
    body: html`<h1>${login.title}</h1>
      ${target && html`<p class="lead">${login.toContinueTo}</p>${destination(target)}${losesForm(view.method) && html`<p class="note">${login.resend}</p>`}`}
      ${notice && html`<p class="lead">${notice === "account" ? login.toOpenAccount : login.toConfirm}</p>`}
      ${error && html`<p class="alert" id="error" role="alert">${explanation(error, view)}</p>`}
      ${view.passwords !== false && passwordForm(view)}
      ${view.alternatives?.map(({ control }) => control)}
      ${view.passwords !== false && view.forgotten !== undefined && html`<p class="spaced"><a href="${view.forgotten}">${texts.password.forgotten}</a></p>`}`,
  });
}

function passwordForm(view: LoginView): Fragment {
  const { busy, actions } = view.site.language.texts;
  return html`<form method="post" action="/login">
        ${usernameField(view)}
        ${currentPassword(view)}
        ${view.rememberMe && keepMeLoggedIn(view)}
        ${cookiesAskedFor}
        ${returnToFields(view)}
        <button class="primary" type="submit" data-busy="${busy.loggingIn}">${actions.logIn}</button>
      </form>`;
}

/** A form from a page with which the browser was asked to keep a cookie (host/http/login-probe.ts). */
export const cookiesAskedFor: Fragment = html`<input type="hidden" name="cookies" value="asked" />`;

function explanation(error: LoginError, { site: { language }, wait = 0 }: LoginView): string {
  const login = loginTexts(language);
  return wait > 0 ? `${login[error]} ${language.texts.tryAgainIn(language.duration(wait))}` : login[error];
}

function usernameField({ site, username, error, alternatives = [] }: LoginView): Fragment {
  const suggested = ["username", ...alternatives.flatMap(({ autocomplete }) => autocomplete ?? [])].join(" ");
  return html`<div class="field">
          <label for="username">${loginTexts(site.language).username}</label>
          <input id="username" name="username" type="text" value="${username}" autocomplete="${suggested}"
            autocapitalize="none" autocorrect="off" spellcheck="false" required ${describedBy(error)}
            ${username === "" && html`autofocus`} />
        </div>`;
}

function currentPassword({ site, username, error }: LoginView): Fragment {
  return passwordField({
    site,
    name: "password",
    label: loginTexts(site.language).password,
    autocomplete: "current-password",
    describedBy: error ? ["error"] : [],
    wrong: error === "credentials",
    autofocus: username !== "",
  });
}

function keepMeLoggedIn({ site, keepMeLoggedIn: checked }: LoginView): Fragment {
  return html`<label class="choice">
          <input type="checkbox" name="keep_me_logged_in" value="true" ${checked && html`checked`} />
          ${loginTexts(site.language).keepMeLoggedIn}
        </label>`;
}

function describedBy(error: LoginError | undefined) {
  if (!error) return undefined;
  return error === "credentials" ? html`aria-describedby="error" aria-invalid="true"` : html`aria-describedby="error"`;
}

/** The way back from the login is a GET, so the body of the interrupted request is gone. */
function losesForm(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}
