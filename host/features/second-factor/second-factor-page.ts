// The page that asks a visitor for their second factor, or leads them to set one up.

import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import {
  type Method,
  type SecondFactorProblem,
  secondFactorMissingPage,
  secondFactorPage,
} from "../../../portal/pages/second-factor.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { shown } from "../../http/shown.ts";
import { siteOf } from "../../http/site.ts";
import type { LiveSession } from "../../session/sessions.ts";

export async function askSecondFactor(
  c: RequestContext,
  parts: Parts,
  { user }: LiveSession,
  returnTo: ReturnTo,
  asked: { readonly method?: string; readonly problem?: SecondFactorProblem } = {},
): Promise<Response> {
  const { config, secondFactors } = parts;
  const { totp, passkeys, recoveryCodes } = await secondFactors.of(user.name);
  const methods: Method[] = [];
  if ((await secondFactors.passkeys.usable(user.name, c.get("cookieDomain"))).length > 0) methods.push("passkey");
  if (totp) methods.push("totp");
  const here = addressWithReturnTo(
    "/second-factor",
    returnTo,
    asked.method === undefined ? {} : { with: asked.method },
  );
  const view = { site: siteOf(c, asked.problem && here), user: shown(user), returnTo };
  const [preferred] = methods;
  if (preferred === undefined && passkeys.length === 0) {
    const offers = { offerApp: secondFactors.apps.enabled, offerPasskey: secondFactors.passkeys.enabled };
    return c.html(secondFactorMissingPage({ ...view, ...offers }));
  }
  if (recoveryCodes && recoveryCodes.left > 0) methods.push("recovery");

  const method = methods.find((known) => known === asked.method) ?? preferred ?? "recovery";
  const digits = totp?.digits ?? config.totp.digits;
  const { problem } = asked;
  const page = secondFactorPage({ ...view, methods, method, digits, ...(problem && { problem }) });
  if (problem?.kind === "wait") c.header("Retry-After", String(problem.seconds));
  return c.html(page, problem === undefined ? 200 : problem.kind === "wait" ? 429 : 401);
}
