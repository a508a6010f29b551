// The page that asks before it logs out, and the form that it sends.
import { Hono } from "hono";
import { readForm } from "../../http/body.ts";
import type { Environment } from "../../http/environment.ts";
import { siteOf } from "../../http/site.ts";
import { readTarget } from "../../http/target.ts";
import { userView } from "../../http/user-view.ts";
import { type LogOutDependencies, logOut } from "./log-out.ts";
import { loggedOutPage } from "./pages/logged-out.ts";
import { logoutPage } from "./pages/logout.ts";

export function logoutFormRoutes(dependencies: LogOutDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { browserSessions } = dependencies;

  // A link must not log anybody out: another site could hold it.
  app.get("/logout", async (c) => {
    const target = readTarget(c.req.query("rd"), c.get("cookieDomain"));
    const [live] = await browserSessions.all(c);
    const view = { site: siteOf(c), ...(target && { target }) };
    return c.html(live ? logoutPage({ ...view, user: userView(live.user) }) : loggedOutPage(view));
  });

  app.post("/logout", async (c) => {
    const form = await readForm(c);
    const target = readTarget(form.get("rd") ?? undefined, c.get("cookieDomain"));
    const onward = await logOut(c, dependencies, { target });
    if (onward) return onward;
    return c.redirect(target ? `/?rd=${encodeURIComponent(target.url)}` : "/logout", 303);
  });

  return app;
}
