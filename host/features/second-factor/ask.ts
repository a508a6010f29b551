// Asks a visitor for their second factor, or leads them to set one up.
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { userView } from "../../http/user-view.ts";
import type { LiveSession } from "../../session/sessions.ts";
import {
  type Elsewhere,
  type SecondFactorProblem,
  secondFactorMissingPage,
  secondFactorPage,
} from "./pages/second-factor.ts";
import type { SecondFactors } from "./second-factors.ts";

export interface AskDependencies {
  readonly secondFactors: SecondFactors;
  /** Where else the visitor of a session can show two factors. */
  readonly elsewhere: (c: RequestContext, live: LiveSession, returnTo: ReturnTo) => Promise<readonly Elsewhere[]>;
}

export async function ask(
  c: RequestContext,
  { secondFactors, elsewhere }: AskDependencies,
  live: LiveSession,
  returnTo: ReturnTo,
  /** The factor that the visitor has chosen, if they have. */
  asked: { readonly factor?: string; readonly problem?: SecondFactorProblem } = {},
): Promise<Response> {
  const { problem } = asked;
  const here = addressWithReturnTo(
    "/second-factor",
    returnTo,
    asked.factor === undefined ? {} : { with: asked.factor },
  );
  const site = siteOf(c, problem && here);
  const { language } = site;
  const { user } = live;
  const view = { site, user: userView(user), returnTo, elsewhere: await elsewhere(c, live, returnTo) };
  if (!(await secondFactors.has(user.name))) {
    const setUps = secondFactors.all.flatMap(({ pages }) => pages.setUp?.(language) ?? []);
    return c.html(secondFactorMissingPage({ ...view, setUps }));
  }

  const usable = await secondFactors.usable(user.name, c.get("cookieDomain"));
  // Whoever can use none here has passkeys of another portal, and used all recovery codes.
  const factor = usable.find(({ name }) => name === asked.factor) ?? usable[0] ?? secondFactors.all.at(-1)!;
  const wrong = problem?.kind === "wrong";
  const page = secondFactorPage({
    ...view,
    question: await factor.pages.question({ site, username: user.name, returnTo, wrong }),
    others: usable
      .filter((other) => other !== factor)
      .map(({ name, pages }) => ({ name, choice: pages.choice(language) })),
    ...(problem && { problem }),
  });
  if (problem?.kind === "wait") c.header("Retry-After", String(problem.seconds));
  return c.html(page, problem === undefined ? 200 : problem.kind === "wait" ? 429 : 401);
}
