// Puts the forward-auth endpoints together from the parts of the host.
import { Authorizer } from "../authz/authorizer.ts";
import { basicFromDirectory } from "../authz/credentials.ts";
import { SessionCache } from "../authz/session-cache.ts";
import { authzListener, type DirectListener } from "./authz-listener.ts";
import { TrustedProxies } from "./client-address.ts";
import type { Parts } from "./environment.ts";

export function forwardAuth(parts: Parts): DirectListener {
  const { config, policy, keyring, sessions, publisher, directory, clock, log } = parts;
  const authorizer = new Authorizer({
    policy,
    cookieDomains: config.session.cookies,
    sessions: new SessionCache({ cookieName: config.session.name, keyring, sessions, publisher }),
    verifyBasic: basicFromDirectory(directory, clock),
    clock,
  });
  return authzListener(authorizer, new TrustedProxies(config.server.forwardAuthProxies), log);
}
