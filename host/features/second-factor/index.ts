// Second factors, as the app wires them.
import type { AccountPart } from "../../http/account-part.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import type { Clock } from "../../kit/clock.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { ask } from "./ask.ts";
import type { Factor, FactorModules, FactorParts } from "./factor.ts";
import { factorSection } from "./pages/account-section.ts";
import { PreferenceStore } from "./preference-store.ts";
import { recoveryCodes } from "./recovery-codes/index.ts";
import { type Dependencies, secondFactorRoutes } from "./routes.ts";
import { SecondFactors } from "./second-factors.ts";

/** `settings`: of each module, by its name. */
export async function openSecondFactors<Modules extends FactorModules>(
  modules: Modules,
  settings: { readonly [Name in keyof Modules]: ReturnType<Modules[Name]["section"]["config"]> },
  parts: FactorParts,
): Promise<SecondFactors> {
  const opened: Factor[] = [];
  for (const [name, module] of Object.entries(modules))
    opened.push((await module.load()).create(settings[name], parts));
  const backup = (await recoveryCodes.load()).create(parts);
  return new SecondFactors(opened, backup, new PreferenceStore(parts.database));
}

/** Returns the page that asks for a second factor, or that leads to setting one up. */
export type AskSecondFactor = (c: RequestContext, live: LiveSession, returnTo: ReturnTo) => Promise<Response>;

export interface SecondFactorFeature extends Feature {
  readonly ask: AskSecondFactor;
  readonly account: AccountPart;
}

export function secondFactor(dependencies: Dependencies & { readonly clock: Clock }): SecondFactorFeature {
  const { secondFactors, clock } = dependencies;
  return {
    account: {
      async section(c, { user }) {
        const language = c.get("language");
        const view = { language, username: user.name, portal: c.get("cookieDomain"), now: clock() };
        const [, ...later] = await secondFactors.choices(user.name, view.portal);
        const first = later.map(({ name, pages }) => ({ name, choice: pages.choice(language) }));
        return factorSection({ language, ...(await secondFactors.account(view)), first });
      },
      info: (username) => secondFactors.info(username),
    },
    routes: secondFactorRoutes(dependencies),
    removeExpired: (now) => secondFactors.removeExpired(now),
    ask: (c, live, returnTo) => ask(c, dependencies, live, returnTo),
  };
}
