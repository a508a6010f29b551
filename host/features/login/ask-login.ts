// The login page in front of a page of the portal.
import { type LoginNotice, loginPage } from "../../../portal/pages/login.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { siteOf } from "../../http/site.ts";
import type { Way } from "../../http/way.ts";
import { forgottenAddress } from "../account/forgotten-address.ts";

export function askLogin(
  c: RequestContext,
  parts: Parts,
  { next, target, method }: Way,
  notice: LoginNotice,
  username = "",
): Response | Promise<Response> {
  const { config, secondFactors } = parts;
  const forgotten = forgottenAddress(parts);
  return c.html(
    loginPage({
      ...{ site: siteOf(c, parts), method, username, notice },
      rememberMe: config.session.rememberMe !== null,
      passkeys: secondFactors.passkeys.loginEnabled,
      ...(forgotten !== undefined && { forgotten }),
      ...(next && { next }),
      ...(target && { target }),
    }),
  );
}
