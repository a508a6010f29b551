// Puts the forward-auth endpoints together from the parts of the host.
import { parseBasicCredential } from "../authn/basic-credential.ts";
import { Authorizer } from "../authz/authorizer.ts";
import type { VerifyBasic } from "../authz/credentials.ts";
import { SessionCache } from "../authz/session-cache.ts";
import { authzListener, type DirectListener } from "./authz-listener.ts";
import { basicLogin } from "./basic-login.ts";
import { TrustedProxies } from "./client-address.ts";
import type { Parts } from "./environment.ts";

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
