// The portal's pages: where a gate sends whom it does not let through.
import { Hono } from "hono";
import { deniedPage } from "../../../portal/pages/denied.ts";
import { homePage } from "../../../portal/pages/home.ts";
import { loggedOutPage } from "../../../portal/pages/logged-out.ts";
import { type LoginView, loginPage } from "../../../portal/pages/login.ts";
import { logoutPage } from "../../../portal/pages/logout.ts";
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import { afterLogin } from "../../http/after-login.ts";
import { readForm } from "../../http/body.ts";
import { visitor } from "../../http/browser-sessions.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { policyRequest, subjectOf } from "../../http/policy-request.ts";
import { retryAfter } from "../../http/problems.ts";
import { readReturnTo } from "../../http/return-to.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import { readMethod, readTarget, type Target } from "../../http/target.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import { applicationsOf } from "./applications.ts";
import { type Login, logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";

export function portalRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const rememberMe = parts.config.session.rememberMe !== null;
  const { forgotten } = parts;

  const login = (c: RequestContext, target: Target | undefined, view: Partial<LoginView>) => {
    const { site = siteOf(c) } = view;
    return loginPage({
      ...{ site, method: "GET", username: "", rememberMe },
      alternatives: parts.secondFactors.loginAlternatives(site),
      ...(forgotten !== undefined && { forgotten }),
      ...(target && { target }),
      ...view,
    });
  };

  app.get("/", async (c) => {
    const target = readTarget(c.req.query("rd"), c.get("cookieDomain"));
    const method = readMethod(c.req.query("rm"));
    const live = await parts.browserSessions.current(c);
    if (!live) return c.html(login(c, target, { method }));
    const user = shown(live.user);
    const decision = target && parts.policy.decide(policyRequest(c, subjectOf(live), target.url, method));
    switch (decision?.outcome) {
      case "deny":
        return c.html(
          deniedPage({
            site: siteOf(c),
            user,
            target: target!,
            rule: decision.rule,
            requestId: c.get("requestId"),
          }),
          403,
        );
      case "login":
        return decision.loginReason === "level"
          ? parts.askSecondFactor(c, live, { target: target!, method })
          : c.html(login(c, target, { method, username: user.name }));
    }
    const { sid, rememberMe, expiresAt } = live.session;
    const cookie = parts.sessions.renew(live, visitor(c));
    parts.browserSessions.give(c, { sid, cookie, maxAge: rememberMe ? expiresAt - parts.clock() : undefined });
    return decision?.outcome === "allow"
      ? c.redirect(target!.url, 302)
      : c.html(homePage({ site: siteOf(c), user, applications: applicationsOf(c, parts, live) }));
  });

  app.get("/login", (c) => c.redirect("/", 302));

  app.post("/login", async (c) => {
    const form = await readForm(c);
    const returnTo = readReturnTo((name) => form.get(name), c.get("cookieDomain"));
    const username = form.get("username") ?? "";
    const password = form.get("password") ?? "";
    const keepMeLoggedIn = form.has("keep_me_logged_in");
    const fits = username.length <= longestUsername && password.length <= longestPassword;
    const attempt: Login = fits
      ? await logIn(c, parts, { username, password, keepMeLoggedIn })
      : { outcome: "refused", wait: 0 };
    if (attempt.outcome === "logged in") return c.redirect(afterLogin(c, parts, returnTo, attempt.authentication), 303);
    const { next, ...onward } = returnTo;
    const site = siteOf(c, addressWithReturnTo(next ?? "/", onward));
    const view = { site, ...returnTo, username: fits ? username : "", keepMeLoggedIn };
    if (attempt.outcome === "unavailable") {
      c.header("Retry-After", String(retryAfter));
      return c.html(login(c, returnTo.target, { ...view, error: "unavailable" }), 503);
    }
    const { outcome, wait } = attempt;
    if (wait > 0) c.header("Retry-After", String(wait));
    return outcome === "refused"
      ? c.html(login(c, returnTo.target, { ...view, error: "credentials", wait }), 401)
      : c.html(login(c, returnTo.target, { ...view, error: "held", wait }), 429);
  });

  // A link must not log anybody out: another site could hold it.
  app.get("/logout", async (c) => {
    const target = readTarget(c.req.query("rd"), c.get("cookieDomain"));
    const [live] = await parts.browserSessions.all(c);
    const view = { site: siteOf(c), ...(target && { target }) };
    return c.html(live ? logoutPage({ ...view, user: shown(live.user) }) : loggedOutPage(view));
  });

  app.post("/logout", async (c) => {
    const form = await readForm(c);
    const target = readTarget(form.get("rd") ?? undefined, c.get("cookieDomain"));
    await logOut(c, parts);
    return c.redirect(target ? `/?rd=${encodeURIComponent(target.url)}` : "/logout", 303);
  });

  return app;
}
