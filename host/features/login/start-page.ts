// The start page, where a gate also sends whom it does not let through: it asks for a login or a second factor, says why not, or leads
// on to the target.
import { Hono } from "hono";
import type { SkipLoginPage } from "../../http/ask-login.ts";
import { type BrowserSessions, visitor } from "../../http/browser-sessions.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { policyRequest, subjectOf } from "../../http/policy-request.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { readFormPage, readMethod, readTarget } from "../../http/target.ts";
import { userView } from "../../http/user-view.ts";
import type { Clock } from "../../kit/clock.ts";
import type { LiveSession, Sessions } from "../../session/sessions.ts";
import { type ApplicationList, applicationsOf } from "./applications.ts";
import type { LoginForm } from "./ask-login.ts";
import type { LostLogins } from "./lost-login.ts";
import { deniedPage } from "./pages/denied.ts";
import { homePage } from "./pages/home.ts";

export interface StartPageDependencies extends ApplicationList {
  readonly loginForm: LoginForm;
  readonly lostLogins: Pick<LostLogins, "pageFor" | "sentBack">;
  readonly skipLoginPage: SkipLoginPage;
  readonly sessions: Pick<Sessions, "renew">;
  readonly browserSessions: Pick<BrowserSessions, "current" | "give">;
  /** Returns the page that asks for a second factor, or that leads to setting one up. */
  readonly askSecondFactor: (c: RequestContext, live: LiveSession, returnTo: ReturnTo) => Promise<Response>;
  readonly clock: Clock;
}

export function startPage(dependencies: StartPageDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { policy, loginForm, lostLogins, skipLoginPage, sessions, browserSessions, askSecondFactor, clock } =
    dependencies;

  app.get("/", async (c) => {
    const target = readTarget(c.req.query("rd"), c.get("cookieDomain"));
    const method = readMethod(c.req.query("rm"));
    // It is a form that needs more than its page; what it was sent to answers no GET.
    const formPage = target && readFormPage(c.req.query("back"), target, c.get("cookieDomain"));
    const returnTo: ReturnTo = formPage ? { target: formPage, method: "GET" } : { ...(target && { target }), method };
    const live = await browserSessions.current(c);
    if (!live) return lostLogins.pageFor(c, returnTo) ?? skipLoginPage(c, returnTo) ?? c.html(loginForm(c, returnTo));
    const user = userView(live.user);
    const decision = target && policy.decide(policyRequest(c, subjectOf(live), target.url, method));
    switch (decision?.outcome) {
      case "deny":
        return c.html(
          deniedPage({ site: siteOf(c), user, target: target!, rule: decision.rule, requestId: c.get("requestId") }),
          403,
        );
      case "login":
        return decision.loginReason === "level"
          ? askSecondFactor(c, live, returnTo)
          : c.html(loginForm(c, { ...returnTo, username: user.name }));
    }
    const { sid, rememberMe, expiresAt } = live.session;
    const { cookie } = sessions.renew(live, visitor(c));
    browserSessions.give(c, { sid, cookie, maxAge: rememberMe ? expiresAt - clock() : undefined });
    if (decision?.outcome === "allow")
      return lostLogins.sentBack(c, returnTo.target!) ?? c.redirect(returnTo.target!.url, 302);
    return c.html(homePage({ site: siteOf(c), user, applications: applicationsOf(c, dependencies, live) }));
  });

  return app;
}
