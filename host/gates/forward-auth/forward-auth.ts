// Puts the forward-auth endpoints together from the parts of the host.

import { TrustedProxies } from "../../http/client-address.ts";
import type { Parts } from "../../http/environment.ts";
import { parseBasicCredential } from "../../identity/basic-credential.ts";
import { basicLogin } from "../edge/basic-login.ts";
import { Authorizer } from "./authorizer.ts";
import { authzListener, type DirectListener } from "./authz-listener.ts";
import { Inquiries, type LogIn } from "./inquiries.ts";
import { LiveCore } from "./live-core.ts";

export function forwardAuth(parts: Parts): DirectListener {
  const { config, policy, sessions, publisher, clock, log } = parts;
  const cookieDomains = config.session.cookies;
  const core = new LiveCore({ publisher, policy, cookieDomains });
  const inquiries = new Inquiries({ core, sessions, logIn: basicLogins(parts), clock });
  const authorizer = new Authorizer({ core, inquiries, cookieDomains, clock });
  return authzListener(authorizer, new TrustedProxies(config.server.trustedProxies), log);
}

/** Regulated, cached and put down in the audit trail, as those that gates ask about. */
function basicLogins(parts: Parts): LogIn {
  return async (base64, cookieDomain, address) => {
    const credential = parseBasicCredential(base64);
    return credential ? basicLogin(parts, cookieDomain, credential, { address }) : { outcome: "refused" };
  };
}
