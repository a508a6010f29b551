// The login page. It works without JavaScript, with a password manager, and by keyboard alone; what it says about a
// failed attempt does not tell which part was wrong.
import { html } from "hono/html";
import { destination, shownHost, type Target } from "./destination.ts";
import { type Assets, type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import { waitingTime } from "./waiting.ts";
import { wayFields } from "./way.ts";

export interface LoginView {
  readonly assets: Assets;
  /** Where the visitor goes after the login; absent: the start page. */
  readonly target?: Target;
  /** Path of the portal's own page that the login is for. */
  readonly next?: string;
  /** Why that page asks for a login. */
  readonly notice?: LoginNotice;
  /** Whether a passkey can be used in place of a password. */
  readonly passkeys?: boolean;
  /** Method of the request that was interrupted; it goes back in the `rm` field. */
  readonly method: string;
  /** What was typed before, or "". */
  readonly username: string;
  /** Whether "Keep me logged in" is offered. */
  readonly rememberMe: boolean;
  /** Whether it was ticked before. */
  readonly keepMeLoggedIn?: boolean;
  readonly error?: LoginError;
  /** How long the next attempt has to wait. Seconds. */
  readonly wait?: number;
}

export type LoginNotice = "account" | "confirm";

const notices: Readonly<Record<LoginNotice, string>> = {
  account: "to open your account",
  confirm: "Enter your password again to change how you log in.",
};

export type LoginError = "credentials" | "held" | "unavailable" | "expired";

const explanations: Readonly<Record<LoginError, string>> = {
  credentials: "The user name or the password is wrong. Check both and try again.",
  held: "There were too many failed attempts to log in.",
  unavailable: "Your password could not be checked just now. Try again in a minute.",
  expired: "This page had been open for too long. Log in again.",
};

export function loginPage(view: LoginView): string {
  const { next, error, notice } = view;
  const target = next === undefined ? view.target : undefined;
  const title = target ? `Log in to ${shownHost(target)}` : "Log in";
  return layout({
    assets: view.assets,
    title: error ? `Error: ${title}` : title,
    body: html`<h1>Log in</h1>
      ${target && html`<p class="lead">to continue to</p>${destination(target)}${losesForm(view.method) && resendNotice}`}
      ${notice && html`<p class="lead">${notices[notice]}</p>`}
      ${error && html`<p class="alert" id="error" role="alert">${explanation(error, view.wait)}</p>`}
      <form method="post" action="/login">
        ${usernameField(view)}
        ${passwordField(view)}
        ${view.rememberMe && keepMeLoggedIn(view.keepMeLoggedIn === true)}
        ${wayFields(view)}
        <button class="primary" type="submit" data-busy="Logging in\u2026">Log in</button>
      </form>
      ${view.passkeys && passkeyControl({ purpose: "login", label: "Log in with a passkey", weight: "secondary", way: view })}`,
  });
}

function explanation(error: LoginError, wait = 0): string {
  return wait > 0 ? `${explanations[error]} You can try again in ${waitingTime(wait)}.` : explanations[error];
}

function usernameField({ username, error, passkeys }: LoginView): Fragment {
  return html`<div class="field">
          <label for="username">User name</label>
          <input id="username" name="username" type="text" value="${username}" autocomplete="${passkeys ? "username webauthn" : "username"}"
            autocapitalize="none" autocorrect="off" spellcheck="false" required ${describedBy(error)}
            ${username === "" && html`autofocus`} />
        </div>`;
}

function passwordField({ username, error }: LoginView): Fragment {
  return html`<div class="field">
          <div class="caption">
            <label for="password">Password</label>
            <span class="hint" role="status" data-caps-lock="Caps Lock is on"></span>
          </div>
          <div class="revealing">
            <input id="password" name="password" type="password" autocomplete="current-password" required
              ${describedBy(error)} ${username !== "" && html`autofocus`} />
            <button type="button" hidden data-reveals="password" aria-label="Show password"
              data-shown-label="Hide password" data-shown-text="Hide">Show</button>
          </div>
        </div>`;
}

function keepMeLoggedIn(checked: boolean): Fragment {
  return html`<label class="choice">
          <input type="checkbox" name="keep_me_logged_in" value="true" ${checked && html`checked`} />
          Keep me logged in
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

const resendNotice = html`<p class="note">What you were sending did not arrive. After the login, send it again.</p>`;
