// Puts the forward-auth endpoints together from the parts of the host.

import { TrustedProxies } from "../../http/client-address.ts";
import type { Parts } from "../../http/environment.ts";
import { parseBasicCredential } from "../../identity/basic-credential.ts";
import { basicLogin } from "../edge/basic-login.ts";
import { Authorizer } from "./authorizer.ts";
import { authzListener, type DirectListener } from "./authz-listener.ts";
import type { VerifyBasic } from "./credentials.ts";
import { SessionCache } from "./session-cache.ts";

export function forwardAuth(parts: Parts): DirectListener {
  const { config, policy, keyring, sessions, publisher, clock, log } = parts;
  const authorizer = new Authorizer({
    policy,
    cookieDomains: config.session.cookies,
    sessions: new SessionCache({ cookieName: config.session.name, keyring, sessions, publisher }),
    verifyBasic: basicVerifier(parts),
    clock,
  });
  return authzListener(authorizer, new TrustedProxies(config.server.trustedProxies), log);
}

/** Basic credentials as gates have them verified: regulated, cached and put down in the audit trail. */
function basicVerifier(parts: Parts): VerifyBasic {
  return async (base64, domain, address) => {
    const cookieDomain = parts.config.session.cookies.find((candidate) => candidate.domain === domain);
    const credential = parseBasicCredential(base64);
    if (!cookieDomain || !credential) return "refused";
    const login = await basicLogin(parts, cookieDomain, credential, { address });
    switch (login.outcome) {
      case "verified": {
        const { name, groups, displayName, email } = login.user;
        return { name, groups, displayName, email, level: 1, amr: ["pwd"], authTime: login.issuedAt };
      }
      case "refused":
      case "held":
        return "refused";
      case "unavailable":
        return "unavailable";
    }
  };
}
