// The account page and what can be done on it.

import { Hono } from "hono";
import type { Fragment } from "../../../portal/pages/layout.ts";
import type { AccountPart } from "../../http/account-part.ts";
import { readForm } from "../../http/body.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import { returnToOf } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import { cursorText, parseCursor } from "../../session/session-page.ts";
import type { Dependencies } from "./dependencies.ts";
import { accountPage } from "./pages/account.ts";

/** Sessions that the account page lists at a time. */
const sessionsPerPage = 20;

export function accountRoutes(parts: readonly AccountPart[], dependencies: Dependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { sessions, browserSessions, askLogin, clock } = dependencies;

  const logIn = (c: RequestContext) => {
    return askLogin(c, { ...returnToOf(c), next: "/account" }, "account");
  };

  app.get("/", async (c) => {
    const live = await browserSessions.current(c);
    if (!live) return logIn(c);
    const { user, session } = live;
    const sections: Fragment[] = [];
    for (const { section } of parts) {
      const shownHere = await section?.(c, live);
      if (shownHere) sections.push(shownHere);
    }
    const own = await sessions.of(user.name, sessionsPerPage, parseCursor(c.req.query("after") ?? ""));
    return c.html(
      accountPage({
        site: siteOf(c),
        user: userView(user),
        now: clock(),
        sections,
        ...(own.next && { earlierSessions: `/account?${new URLSearchParams({ after: cursorText(own.next) })}` }),
        sessions: own.sessions.map(({ sid, domain, ...other }) => ({
          ...other,
          id: sid,
          current: sid === session.sid,
          ...(domain !== session.domain && { domain }),
        })),
      }),
    );
  });

  app.post("/sessions/revoke", async (c) => {
    const sid = (await readForm(c)).get("session") ?? "";
    const live = await browserSessions.current(c);
    if (!live) return logIn(c);
    if (!(await sessions.belongsTo(sid, live.user.name))) return c.redirect("/account", 303);
    await sessions.end(sid);
    await recordAction(c, dependencies, live.user, { action: "session end", detail: { session: sid } });
    if (sid !== live.session.sid) return c.redirect("/account", 303);
    browserSessions.take(c);
    return c.redirect("/logout", 303);
  });

  app.post("/sessions/revoke-others", async (c) => {
    const live = await browserSessions.current(c);
    if (!live) return logIn(c);
    const ended = await sessions.endOthersOf(live.user.name, live.session.sid);
    if (ended > 0)
      await recordAction(c, dependencies, live.user, { action: "session end", detail: { sessions: ended } });
    return c.redirect("/account", 303);
  });

  return app;
}
