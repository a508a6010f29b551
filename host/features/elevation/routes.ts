// The one-time code from an e-mail by forms: it works without JavaScript.
import { Hono } from "hono";
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import { readForm } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Confirmations } from "../../http/confirmation.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { destinationOf, type ReturnTo, returnToOf } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { type ElevateDependencies, redeemCode, revokeCode, sendCode } from "./elevate.ts";
import { hasMailAddress } from "./elevation.ts";
import { codeRevocationPage, codeRevokedPage, type ElevationProblem, elevationPage } from "./pages/elevation.ts";

const page = "/account/elevation";

interface RouteDependencies extends ElevateDependencies {
  readonly browserSessions: Pick<BrowserSessions, "give" | "current">;
  readonly confirmations: Pick<Confirmations, "of">;
  readonly askLogin: AskLogin;
}

export function elevationRoutes(dependencies: RouteDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { elevation, browserSessions, confirmations, askLogin } = dependencies;

  /** Where the visitor goes on to from this page: the account page where no other is named. */
  const onward = (c: RequestContext, form?: URLSearchParams): ReturnTo => ({
    next: "/account",
    ...returnToOf(c, form),
  });

  /**
   * The session of somebody who has to confirm with a code, or the answer for whoever has not. A code that was sent can be
   * entered also when the login is too old by then.
   */
  const unconfirmed = async (
    c: RequestContext,
    returnTo: ReturnTo,
    sending = false,
  ): Promise<LiveSession | Response> => {
    const live = await browserSessions.current(c);
    if (!live) return askLogin(c, returnTo, "account");
    switch (await confirmations.of(live)) {
      case "code":
        return live;
      case "log in":
        if (!sending && (await elevation.hasCode(live.session.sid))) return live;
        return askLogin(c, returnTo, "confirm", live.user.name);
      case "no address":
        return ask(c, live, returnTo);
      case "given":
      case "second factor":
        return c.redirect(destinationOf(returnTo), 303);
    }
  };

  const ask = async (
    c: RequestContext,
    { session, user }: LiveSession,
    returnTo: ReturnTo,
    problem?: ElevationProblem,
  ) => {
    const sent = await elevation.hasCode(session.sid);
    const site = siteOf(c, addressWithReturnTo(page, returnTo));
    const status = problem === undefined ? 200 : problem.kind === "wrong" ? 401 : 429;
    if (problem?.kind === "wait") c.header("Retry-After", String(problem.seconds));
    const view = {
      ...{ site, user: userView(user), returnTo, sent },
      ...(hasMailAddress(user) && { address: user.email! }),
      ...(problem && { problem }),
    };
    return c.html(elevationPage(view), status);
  };

  app.get("/", async (c) => {
    const returnTo = onward(c);
    const live = await unconfirmed(c, returnTo);
    return live instanceof Response ? live : ask(c, live, returnTo);
  });

  app.post("/send", async (c) => {
    const returnTo = onward(c, await readForm(c));
    const live = await unconfirmed(c, returnTo, true);
    if (live instanceof Response) return live;
    if (!(await sendCode(c, dependencies, live))) return ask(c, live, returnTo, { kind: "too many" });
    return c.redirect(addressWithReturnTo(page, returnTo), 303);
  });

  app.post("/", async (c) => {
    const form = await readForm(c);
    const returnTo = onward(c, form);
    const live = await unconfirmed(c, returnTo);
    if (live instanceof Response) return live;
    const passed = await redeemCode(c, dependencies, live, (form.get("token") ?? "").slice(0, 64));
    switch (passed.outcome) {
      case "accepted":
      case "ended":
        return c.redirect(destinationOf(returnTo), 303);
      case "refused":
        return ask(c, live, returnTo, { kind: "wrong" });
      case "wait":
        return ask(c, live, returnTo, { kind: "wait", seconds: passed.seconds });
    }
  });

  // Neither needs a session: whoever reads the e-mail may be anywhere.
  app.get("/revoke", async (c) => {
    const id = c.req.query("id") ?? "";
    if ((await elevation.ownerOf(id)) === undefined) throw refuse(404, "There is no such code, or it is too old.");
    return c.html(codeRevocationPage({ site: siteOf(c), id }));
  });

  app.post("/revoke", async (c) => {
    const id = (await readForm(c)).get("id") ?? "";
    if (!(await revokeCode(c, dependencies, id))) throw refuse(404, "There is no such code, or it is too old.");
    return c.html(codeRevokedPage(siteOf(c)));
  });

  return app;
}
