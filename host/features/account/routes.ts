// The account page and what can be done on it.

import { Hono } from "hono";
import { accountPage } from "../../../portal/pages/account.ts";
import { readForm } from "../../http/body.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import { type PortalPage, type ReturnTo, readReturnTo } from "../../http/return-to.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import { cursorText, parseCursor } from "../../session/session-cursor.ts";

/** Sessions that the account page lists at a time. */
const sessionsPerPage = 20;

export function accountRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { secondFactors, sessions, clock } = parts;

  const returnToOf = (c: RequestContext, next: PortalPage, form?: URLSearchParams): ReturnTo => {
    const parameter = form ? (name: string) => form.get(name) : (name: string) => c.req.query(name);
    return { ...readReturnTo(parameter, c.get("cookieDomain")), next };
  };

  app.get("/", async (c) => {
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const { user, session } = live;
    const password = await parts.passwordChange.state();
    const shownAt = { language: c.get("language"), portal: c.get("cookieDomain"), now: clock() };
    const factors = await secondFactors.account({ username: user.name, ...shownAt });
    const own = await sessions.of(user.name, sessionsPerPage, parseCursor(c.req.query("after") ?? ""));
    return c.html(
      accountPage({
        site: siteOf(c),
        user: shown(user),
        now: clock(),
        ...(password && { password }),
        factors: factors.rows,
        addFactors: factors.adds,
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
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    if (!(await sessions.belongsTo(sid, live.user.name))) return c.redirect("/account", 303);
    await sessions.end(sid);
    await recordAction(c, parts, live.user, { action: "session end", detail: { session: sid } });
    if (sid !== live.session.sid) return c.redirect("/account", 303);
    parts.browserSessions.take(c);
    return c.redirect("/logout", 303);
  });

  app.post("/sessions/revoke-others", async (c) => {
    const live = await parts.browserSessions.current(c);
    if (!live) return parts.askLogin(c, returnToOf(c, "/account"), "account");
    const ended = await sessions.endOthersOf(live.user.name, live.session.sid);
    if (ended > 0) await recordAction(c, parts, live.user, { action: "session end", detail: { sessions: ended } });
    return c.redirect("/account", 303);
  });

  return app;
}
