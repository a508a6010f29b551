// The form that the login page sends, and the one for a new password in the place of an expired one.
import { Hono } from "hono";
import type { NewPasswordProblem } from "../../../portal/pages/new-password.ts";
import { pageWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { Policy } from "../../core/policy.ts";
import { afterLogin } from "../../http/after-login.ts";
import { readForm } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { keepsCookies, noteLogin } from "../../http/login-probe.ts";
import { returnToOf } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { User } from "../../identity/profiles.ts";
import type { Clock } from "../../kit/clock.ts";
import type { LoginForm } from "./ask-login.ts";
import { type ExpiredPasswordDependencies, replaceExpired } from "./expired-password.ts";
import type { Credentials, LogIn, Login } from "./log-in.ts";
import type { LostLogins } from "./lost-login.ts";
import { expiredPasswordPage } from "./pages/expired-password.ts";

export interface LoginFormDependencies extends ExpiredPasswordDependencies {
  readonly logIn: LogIn;
  readonly loginForm: LoginForm;
  readonly lostLogins: Pick<LostLogins, "checkAddress" | "checked">;
  readonly browserSessions: Pick<BrowserSessions, "current">;
  readonly policy: Pick<Policy, "decide">;
  readonly clock: Clock;
}

export function loginFormRoutes(dependencies: LoginFormDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { logIn, loginForm, lostLogins, browserSessions, newPasswords } = dependencies;

  const isOffered = async () => dependencies.passwordsCanBeChanged && (await newPasswords.arePossible());

  const viewOf = (c: RequestContext, form: URLSearchParams) => {
    const returnTo = returnToOf(c, form);
    const site = siteOf(c, pageWithReturnTo(returnTo));
    return { ...{ site, ...returnTo }, keepMeLoggedIn: form.has("keep_me_logged_in") };
  };

  const attemptOf = async (c: RequestContext, credentials: Credentials): Promise<Login> => {
    const fits = credentials.username.length <= longestUsername && credentials.password.length <= longestPassword;
    return fits ? logIn(c, credentials) : { outcome: "refused", wait: 0 };
  };

  const answer = async (c: RequestContext, form: URLSearchParams, attempt: Login): Promise<Response> => {
    const typed = text(form, "username");
    const view = { ...viewOf(c, form), username: typed.length <= longestUsername ? typed : "" };
    switch (attempt.outcome) {
      case "logged in":
        noteLogin(c);
        // Only whom the cookie that came with the form has not come back from takes a step more.
        if (form.has("cookies") && !keepsCookies(c)) return c.redirect(lostLogins.checkAddress(c, view), 303);
        return c.redirect(afterLogin(c, dependencies, view, attempt.authentication), 303);
      case "expired":
        return askNewPassword(c, form, attempt.user);
      case "unavailable":
        return c.html(loginForm(c, { ...view, error: "unavailable" }), 503);
    }
    const { outcome, wait } = attempt;
    if (wait > 0) c.header("Retry-After", String(wait));
    return outcome === "refused"
      ? c.html(loginForm(c, { ...view, error: "credentials", wait }), 401)
      : c.html(loginForm(c, { ...view, error: "held", wait }), 429);
  };

  const askNewPassword = async (c: RequestContext, form: URLSearchParams, user: User, problem?: NewPasswordProblem) => {
    const rules = (await isOffered()) ? newPasswords.rules : undefined;
    const view = { ...viewOf(c, form), user: userView(user), rules, ...(problem && { problem }) };
    return c.html(expiredPasswordPage(view), problem === undefined ? 403 : problem.kind === "mistakes" ? 422 : 503);
  };

  app.get("/login", (c) => c.redirect("/", 302));

  app.get("/login/check", async (c) => {
    const returnTo = returnToOf(c);
    const lost = (await browserSessions.current(c)) ? undefined : lostLogins.checked(c, returnTo);
    return lost ?? c.redirect(pageWithReturnTo(returnTo), 302);
  });

  app.post("/login", async (c) => {
    const form = await readForm(c);
    return answer(c, form, await attemptOf(c, credentialsIn(form, "password")));
  });

  app.get("/login/new-password", (c) => c.redirect("/", 302));

  // The old password is looked at anew: nothing is kept of the first time, and whoever could log in with it does so.
  app.post("/login/new-password", async (c) => {
    const form = await readForm(c);
    const credentials = credentialsIn(form, "current_password");
    const attempt = await attemptOf(c, credentials);
    if (attempt.outcome !== "expired" || !(await isOffered())) return answer(c, form, attempt);
    const { user } = attempt;
    const next = text(form, "password");
    if (next !== text(form, "password_again"))
      return askNewPassword(c, form, user, { kind: "mistakes", mistakes: [next === "" ? "empty" : "different"] });
    const replaced = await replaceExpired(c, dependencies, user, { current: credentials.password, next });
    if (replaced.outcome === "mistakes")
      return askNewPassword(c, form, user, { kind: "mistakes", mistakes: replaced.mistakes });
    if (replaced.outcome === "unavailable") return askNewPassword(c, form, user, { kind: "unavailable" });
    return answer(c, form, await attemptOf(c, { ...credentials, username: user.name, password: next }));
  });

  return app;
}

function credentialsIn(form: URLSearchParams, password: string): Credentials {
  const keepMeLoggedIn = form.has("keep_me_logged_in");
  return { username: text(form, "username"), password: text(form, password), keepMeLoggedIn };
}

function text(form: URLSearchParams, name: string): string {
  return form.get(name) ?? "";
}
