// The way to a provider and back.
import { Hono } from "hono";
import { pageWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import { policyRequest, subjectOf } from "../../http/policy-request.ts";
import { refuse } from "../../http/problems.ts";
import { type ReturnTo, readReturnTo, returnToOf } from "../../http/return-to.ts";
import { followsForeignLink } from "../../http/same-origin.ts";
import { siteOf } from "../../http/site.ts";
import type { Logger } from "../../kit/log.ts";
import type { LiveSession } from "../../session/sessions.ts";
import type { Attempts } from "./attempts.ts";
import { canProveTwo } from "./claims.ts";
import { link } from "./links.ts";
import { forgetLogOut, hasLoggedOut } from "./logged-out.ts";
import type { ConfiguredProvider } from "./logins.ts";
import { type Problem, problemPage } from "./pages/problem.ts";
import { ProviderError, ProviderUnavailable } from "./provider.ts";
import { redirectUri } from "./registered-addresses.ts";
import { type SignInDependencies, signIn } from "./sign-in.ts";

export interface RouteDependencies extends SignInDependencies {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  readonly attempts: Attempts;
  readonly log: Logger;
}

const statuses: Readonly<Record<Problem, 400 | 403 | 429 | 502 | 503>> = {
  expired: 400,
  denied: 403,
  invalid: 403,
  setup: 502,
  forbidden: 403,
  invitation: 403,
  disabled: 403,
  overage: 403,
  stale: 403,
  oneFactor: 403,
  another: 403,
  linked: 403,
  unavailable: 503,
  held: 429,
};

/** An invitation's code, as a link has it. */
const invitationForm = /^[\w-]{32}$/;

export function providerRoutes(dependencies: RouteDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { providers, attempts, visitors, browserSessions, log } = dependencies;

  const configured = (c: RequestContext): ConfiguredProvider => {
    const found = providers.get(c.req.param("id") ?? "");
    if (!found) throw refuse(404, "There is no such provider.");
    return found;
  };

  const problem = (
    c: RequestContext,
    { config }: ConfiguredProvider,
    why: Problem,
    returnTo: ReturnTo,
    { wait = 0, secondFactor = false } = {},
  ) => {
    if (wait > 0) c.header("Retry-After", String(wait));
    const view = { provider: config, problem: why, returnTo, wait, secondFactor, requestId: c.get("requestId") };
    return c.html(problemPage({ site: siteOf(c, "/"), ...view }), statuses[why]);
  };

  app.get("/:id", async (c) => {
    const found = configured(c);
    const returnTo = returnToOf(c);
    const live = await browserSessions.current(c);
    // Nobody else's link takes the place of a session: the start page knows what is still to be shown, if anything.
    if (live && followsForeignLink(c)) return c.redirect(pageWithReturnTo(returnTo), 302);
    const confirms = live !== undefined && needsNewLogin(c, dependencies, live, returnTo);
    const { next, target, method } = returnTo;
    const invitation = c.req.query("invitation");
    const wanted = c.req.query("second_factor");
    const secondFactor = wanted !== undefined && live !== undefined && canProveTwo(found.config);
    const secrets = attempts.begin(c, {
      ...{ provider: found.config.id, rm: method, confirms },
      ...(next !== undefined && { next }),
      ...(target && { rd: target.url }),
      ...(invitation !== undefined && invitationForm.test(invitation) && { invitation }),
      ...(secondFactor && { secondFactorOf: live.user.name }),
    });
    try {
      const fresh = confirms || hasLoggedOut(c) || (secondFactor && wanted === "anew");
      const network = visitors.holderOf(c.get("forwarded").address);
      const way = { redirectUri: redirectUri(c, found.config), fresh, secondFactor, network };
      const address = await found.provider.authorize({ ...secrets, ...way });
      return c.redirect(address, 302);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      log.error(
        { request_id: c.get("requestId"), provider: found.config.id, reason: error.message },
        "the way to a provider is not possible",
      );
      const why = error instanceof ProviderUnavailable ? "unavailable" : "setup";
      return problem(c, found, why, returnTo, { secondFactor });
    }
  });

  // Where somebody comes back to who has logged out at the provider: nothing is shown by it, and nothing done.
  app.get("/:id/logged-out", (c) => {
    const target = attempts.unseal(c.req.query("state") ?? "", logOutPurpose);
    const { target: rd } = readReturnTo(c, (name) => (name === "rd" ? target : undefined));
    return c.redirect(rd ? `/?rd=${encodeURIComponent(rd.url)}` : "/logout", 303);
  });

  app.get("/:id/callback", async (c) => {
    const found = configured(c);
    const begun = attempts.end(c, c.req.query("state") ?? "");
    // An answer at the address of one provider to what another one was asked is nobody's.
    if (!begun || begun.attempt.provider !== found.config.id) return problem(c, found, "expired", { method: "GET" });
    const { attempt } = begun;
    const returnTo = readReturnTo(c, (name) => ({ next: attempt.next, rd: attempt.rd, rm: attempt.rm })[name]);
    const answer = new URL(redirectUri(c, found.config));
    answer.search = new URL(c.req.url).search;
    if (attempt.linkTo !== undefined) {
      const why = await link(c, dependencies, found, begun, answer);
      return why === undefined ? c.redirect("/account", 303) : problem(c, found, why, returnTo);
    }
    const signedIn = await signIn(c, dependencies, found, begun, answer, returnTo);
    if (signedIn.outcome === "refused") {
      const { problem: why, wait = 0 } = signedIn;
      return problem(c, found, why, returnTo, { wait, secondFactor: attempt.secondFactorOf !== undefined });
    }
    forgetLogOut(c);
    return c.redirect(signedIn.address, 303);
  });

  return app;
}

/** What the state of a log-out is sealed for. */
export const logOutPurpose = "log-out";

/** Whether somebody with a session goes to the provider to show anew who they are: for a page of the portal, or for a rule's `max_age`. */
function needsNewLogin(
  c: RequestContext,
  { policy }: Pick<RouteDependencies, "policy">,
  live: LiveSession,
  { next, target, method }: ReturnTo,
): boolean {
  if (next !== undefined || !target) return next !== undefined;
  const { outcome, loginReason } = policy.decide(policyRequest(c, subjectOf(live), target.url, method));
  return outcome === "login" && loginReason !== "level";
}
