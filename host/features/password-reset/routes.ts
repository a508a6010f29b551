// The pages for those who have forgotten their password.
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { NewPasswordProblem } from "../../../portal/pages/new-password.ts";
import { readForm } from "../../http/body.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import {
  forgottenPasswordPage,
  linkSentPage,
  newPasswordPage,
  passwordSetPage,
  uselessLinkPage,
} from "./pages/password-reset.ts";
import type { PasswordResetter } from "./reset-password.ts";

const uselessStatuses = { elsewhere: 403, void: 410 } as const;

export function passwordResetRoutes(resetter: PasswordResetter): Hono<Environment> {
  const app = new Hono<Environment>();

  app.use(
    createMiddleware<Environment>(async (_, next) => {
      resetter.requireOffer();
      await next();
    }),
  );

  app.get("/", (c) => c.html(forgottenPasswordPage({ site: siteOf(c) })));

  app.post("/", async (c) => {
    const form = await readForm(c);
    resetter.ask(c, form.get("username") ?? "");
    return c.redirect("/reset-password/sent", 303);
  });

  app.get("/sent", (c) => c.html(linkSentPage({ site: siteOf(c), lifespan: resetter.lifespan })));

  const useless = (c: RequestContext, why: "elsewhere" | "void") =>
    c.html(uselessLinkPage({ site: siteOf(c), why }), uselessStatuses[why]);

  const setPage = async (c: RequestContext, token: string, problem?: NewPasswordProblem) => {
    const link = await resetter.open(c, token);
    if (link.state !== "good") return useless(c, link.state);
    const view = { user: userView(link.user), token, rules: resetter.rules, ...(problem && { problem }) };
    const status = problem === undefined ? 200 : problem.kind === "mistakes" ? 422 : 503;
    return c.html(newPasswordPage({ site: siteOf(c), ...view }), status);
  };

  // Its address holds the token, which no Referer shall carry on. The origin it may: our own form is known by it.
  app.use(
    "/new",
    createMiddleware<Environment>(async (c, next) => {
      await next();
      c.res.headers.set("Referrer-Policy", "strict-origin");
    }),
  );

  // Programs that look for viruses open the link as well: it stays good.
  app.get("/new", (c) => setPage(c, c.req.query("token") ?? ""));

  app.post("/new", async (c) => {
    const form = await readForm(c);
    const token = form.get("token") ?? "";
    const password = form.get("password") ?? "";
    if (password !== form.get("password_again"))
      return setPage(c, token, { kind: "mistakes", mistakes: [password === "" ? "empty" : "different"] });
    const reset = await resetter.set(c, token, password);
    switch (reset.outcome) {
      case "changed":
        return c.redirect("/reset-password/done", 303);
      case "mistakes":
        return setPage(c, token, { kind: "mistakes", mistakes: reset.mistakes });
      case "unavailable":
        return setPage(c, token, { kind: "unavailable" });
      default:
        return useless(c, reset.outcome);
    }
  });

  app.get("/done", (c) => c.html(passwordSetPage({ site: siteOf(c) })));

  return app;
}
