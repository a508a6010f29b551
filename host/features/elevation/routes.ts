// The one-time code from an e-mail by forms: it works without JavaScript.
import { Hono } from "hono";
import { wayAddress } from "../../../portal/pages/way.ts";
import { readForm } from "../../http/body.ts";
import { currentSession } from "../../http/current-session.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import { destinationOf, readWay, type Way } from "../../http/way.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { askLogin } from "../login/ask-login.ts";
import { confirmationOf } from "./confirmation.ts";
import { redeemCode, revokeCode, sendCode } from "./elevate.ts";
import { hasMailAddress } from "./elevation.ts";
import { codeRevocationPage, codeRevokedPage, type ElevationProblem, elevationPage } from "./pages/elevation.ts";

const page = "/account/elevation";

export function elevationRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { elevation } = parts;

  /** The way through this page; it ends on the account page when it names no other. */
  const wayOf = (c: RequestContext, form?: URLSearchParams): Way => {
    const way = readWay((name) => (form ? form.get(name) : c.req.query(name)), c.get("cookieDomain"));
    return { ...way, next: way.next ?? "/account" };
  };

  /**
   * The session of somebody who has to confirm with a code, or the answer for whoever has not. A code that was sent can be
   * entered also when the login is too old by then.
   */
  const unconfirmed = async (c: RequestContext, way: Way, sending = false): Promise<LiveSession | Response> => {
    const live = await currentSession(c, parts);
    if (!live) return askLogin(c, parts, way, "account");
    switch (await confirmationOf(live, parts)) {
      case "code":
        return live;
      case "log in":
        if (!sending && (await elevation.hasCode(live.session.sid))) return live;
        return askLogin(c, parts, way, "confirm", live.user.name);
      case "no address":
        return ask(c, live, way);
      case "given":
      case "second factor":
        return c.redirect(destinationOf(way), 303);
    }
  };

  const ask = async (c: RequestContext, { session, user }: LiveSession, way: Way, problem?: ElevationProblem) => {
    const sent = await elevation.hasCode(session.sid);
    const site = siteOf(c, parts, wayAddress(page, way));
    const status = problem === undefined ? 200 : problem.kind === "wrong" ? 401 : 429;
    if (problem?.kind === "wait") c.header("Retry-After", String(problem.seconds));
    const view = {
      ...{ site, user: shown(user), way, sent },
      ...(hasMailAddress(user) && { address: user.email! }),
      ...(problem && { problem }),
    };
    return c.html(elevationPage(view), status);
  };

  app.get("/", async (c) => {
    const way = wayOf(c);
    const live = await unconfirmed(c, way);
    return live instanceof Response ? live : ask(c, live, way);
  });

  app.post("/send", async (c) => {
    const way = wayOf(c, await readForm(c));
    const live = await unconfirmed(c, way, true);
    if (live instanceof Response) return live;
    if (!(await sendCode(c, parts, live))) return ask(c, live, way, { kind: "too many" });
    return c.redirect(wayAddress(page, way), 303);
  });

  app.post("/", async (c) => {
    const form = await readForm(c);
    const way = wayOf(c, form);
    const live = await unconfirmed(c, way);
    if (live instanceof Response) return live;
    const passed = await redeemCode(c, parts, live, (form.get("token") ?? "").slice(0, 64));
    switch (passed.outcome) {
      case "accepted":
      case "ended":
        return c.redirect(destinationOf(way), 303);
      case "refused":
        return ask(c, live, way, { kind: "wrong" });
      case "wait":
        return ask(c, live, way, { kind: "wait", seconds: passed.seconds });
    }
  });

  // Neither needs a session: whoever reads the e-mail may be anywhere.
  app.get("/revoke", async (c) => {
    const id = c.req.query("id") ?? "";
    if ((await elevation.ownerOf(id)) === undefined) throw refuse(404, "There is no such code, or it is too old.");
    return c.html(codeRevocationPage({ site: siteOf(c, parts), id }));
  });

  app.post("/revoke", async (c) => {
    const id = (await readForm(c)).get("id") ?? "";
    if (!(await revokeCode(c, parts, id))) throw refuse(404, "There is no such code, or it is too old.");
    return c.html(codeRevokedPage(siteOf(c, parts)));
  });

  return app;
}
