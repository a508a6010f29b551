// The page on which a visitor changes their password.
import { Hono } from "hono";
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import { readForm } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import type { NewPasswords } from "../../http/new-passwords.ts";
import { refuse } from "../../http/problems.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { LiveSession } from "../../session/sessions.ts";
import type { PasswordChanged, PasswordChanger } from "./change-password.ts";
import { type PasswordChangeProblem, passwordChangedPage, passwordChangePage } from "./pages/password-change.ts";

interface RouteDependencies {
  readonly changer: PasswordChanger;
  readonly newPasswords: Pick<NewPasswords, "rules">;
  readonly browserSessions: Pick<BrowserSessions, "current">;
  readonly forgotten: string | undefined;
}

const statuses = { mistakes: 422, wrong: 401, held: 429, unavailable: 503 } as const;

export function passwordChangeRoutes({
  changer,
  newPasswords,
  browserSessions,
  forgotten,
}: RouteDependencies): Hono<Environment> {
  const app = new Hono<Environment>();

  /** The session of a visitor who may change the password now, or where they are led first. */
  const entitled = async (c: RequestContext): Promise<LiveSession | Response> => {
    if (!(await changer.isOffered())) throw refuse(404, "Passwords cannot be changed here.");
    const live = await browserSessions.current(c);
    if (!live) return c.redirect("/account", 303);
    if (await changer.isOpenTo(live)) return live;
    return c.redirect(addressWithReturnTo("/second-factor", { next: "/account/password" }), 303);
  };

  const page = (c: RequestContext, live: LiveSession, problem?: PasswordChangeProblem) => {
    if (problem && "wait" in problem && problem.wait > 0) c.header("Retry-After", String(problem.wait));
    return c.html(
      passwordChangePage({
        ...{ site: siteOf(c), user: userView(live.user), rules: newPasswords.rules },
        ...(problem && { problem }),
        ...(forgotten !== undefined && { forgotten }),
      }),
      problem ? statuses[problem.kind] : 200,
    );
  };

  app.get("/", async (c) => {
    const live = await entitled(c);
    return live instanceof Response ? live : page(c, live);
  });

  app.post("/", async (c) => {
    const form = await readForm(c);
    const live = await entitled(c);
    if (live instanceof Response) return live;
    const current = form.get("current_password") ?? "";
    const next = form.get("password") ?? "";
    if (next !== form.get("password_again"))
      return page(c, live, { kind: "mistakes", mistakes: [next === "" ? "empty" : "different"] });
    // Longer than a login takes: it cannot be right.
    const fits = current.length <= longestPassword;
    const changed: PasswordChanged = fits
      ? await changer.change(c, live, { current, next })
      : { outcome: "refused", wait: 0 };
    switch (changed.outcome) {
      case "changed":
        return c.redirect("/account/password/changed", 303);
      case "refused":
        return page(c, live, { kind: "wrong", wait: changed.wait });
      case "held":
        return page(c, live, { kind: "held", wait: changed.wait });
      case "mistakes":
        return page(c, live, { kind: "mistakes", mistakes: changed.mistakes });
      case "unavailable":
        return page(c, live, { kind: "unavailable" });
    }
  });

  app.get("/changed", async (c) =>
    (await browserSessions.current(c)) ? c.html(passwordChangedPage({ site: siteOf(c) })) : c.redirect("/account", 302),
  );

  return app;
}
