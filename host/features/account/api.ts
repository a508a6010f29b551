// The visitor's own account over JSON: who they are, what second factors they have, where they are logged in.

import { Hono } from "hono";
import type { AccountPart } from "../../http/account-part.ts";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { recordAction } from "../../http/record-action.ts";
import { cursorText, parseCursor } from "../../session/session-page.ts";
import type { Dependencies } from "./dependencies.ts";

/** Sessions that one answer lists at most. */
const longestPage = 100;

export function accountApi(parts: readonly AccountPart[], dependencies: Dependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { sessions, browserSessions } = dependencies;

  app.get("/info", async (c) => {
    const { user } = await browserSessions.require(c);
    const data = { username: user.name, display_name: user.displayName ?? user.name, groups: user.groups };
    for (const { info } of parts) Object.assign(data, await info?.(user.name));
    return c.json({ status: "OK", data });
  });

  app.get("/sessions", async (c) => {
    const { user, session } = await browserSessions.require(c);
    const limit = /^\d{1,3}$/.exec(c.req.query("limit") ?? String(longestPage))?.[0];
    if (limit === undefined || Number(limit) < 1 || Number(limit) > longestPage)
      throw refuse(400, `limit must be a number from 1 to ${longestPage}.`);
    const after = c.req.query("after");
    const cursor = after === undefined ? undefined : parseCursor(after);
    if (after !== undefined && !cursor) throw refuse(400, "after must be what an answer had as next.");
    const page = await sessions.of(user.name, Number(limit), cursor);
    const data = page.sessions.map((one) => ({
      id: one.sid,
      current: one.sid === session.sid,
      domain: one.domain,
      address: one.address,
      user_agent: one.userAgent,
      created_at: one.createdAt,
      last_seen: one.lastSeen,
      expires_at: one.expiresAt,
      authentication_level: one.level,
    }));
    return c.json({ status: "OK", data, ...(page.next && { next: cursorText(page.next) }) });
  });

  app.delete("/sessions/:id", async (c) => {
    const live = await browserSessions.require(c);
    const { user, session } = live;
    const id = c.req.param("id");
    if (!(await sessions.belongsTo(id, user.name)) || !(await sessions.end(id)))
      throw refuse(404, "There is no such session.");
    await recordAction(c, dependencies, user, { action: "session end", detail: { session: id } });
    if (id === session.sid) browserSessions.take(c);
    return c.json({ status: "OK" });
  });

  app.post("/sessions/revoke-others", async (c) => {
    const live = await browserSessions.require(c);
    const { user, session } = live;
    const ended = await sessions.endOthersOf(user.name, session.sid);
    if (ended > 0) await recordAction(c, dependencies, user, { action: "session end", detail: { sessions: ended } });
    return c.json({ status: "OK", data: { ended } });
  });

  return app;
}
