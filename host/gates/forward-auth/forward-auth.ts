// Puts the forward-auth endpoints together.
import type { TrustedProxies } from "../../http/client-address.ts";
import type { DirectListener } from "../../http/server.ts";
import { parseBasicCredential } from "../../identity/basic-credential.ts";
import type { Clock } from "../../kit/clock.ts";
import type { TlsFiles } from "../../kit/config/tls-pair.ts";
import type { Logger } from "../../kit/log.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { Sessions } from "../../session/sessions.ts";
import type { IsHeld, LogInBasic } from "../edge/basic-login.ts";
import type { BundlePublisher } from "../edge/publisher.ts";
import { Authorizer } from "./authorizer.ts";
import { authzListener } from "./authz-listener.ts";
import { Inquiries } from "./inquiries.ts";
import { LiveCore, type SessionKeys } from "./live-core.ts";
import { SpoeAgent } from "./spoe/agent.ts";

interface Dependencies {
  readonly cookieDomains: readonly CookieDomain[];
  /** Of the session. */
  readonly cookieName: string;
  readonly proxies: TrustedProxies;
  /** Of this moment. */
  readonly policy: { readonly section: unknown };
  readonly sessions: Pick<Sessions, "resume" | "renew">;
  readonly publisher: BundlePublisher;
  readonly keys: SessionKeys;
  readonly logInBasic: LogInBasic;
  readonly isHeld: IsHeld;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ForwardAuth {
  /** For proxies that ask over HTTP. */
  readonly direct: DirectListener;
  /** For HAProxy, over connections of its own, with the host's certificate where it has one. Throws TlsMistake. */
  agent(tls: TlsFiles | null): SpoeAgent;
}

export function forwardAuth(dependencies: Dependencies): ForwardAuth {
  const { cookieDomains, cookieName, proxies, policy, sessions, publisher, keys, logInBasic, isHeld, clock, log } =
    dependencies;
  const core = new LiveCore({ publisher, policy, cookieDomains, keys });
  const inquiries = new Inquiries({
    ...{ core, sessions, clock },
    // As those that gates ask about.
    async logIn(base64, cookieDomain, address) {
      const credential = parseBasicCredential(base64);
      return credential ? logInBasic(cookieDomain, credential, { address }) : { outcome: "refused" };
    },
    isHeld(base64, address) {
      const credential = parseBasicCredential(base64);
      return credential !== undefined && isHeld(credential, { address });
    },
  });
  const authorizer = new Authorizer({ core, inquiries, cookieDomains, clock });
  return {
    direct: authzListener(authorizer, proxies, log),
    agent: (tls) => new SpoeAgent({ authorizer, proxies, cookieName, log }, tls),
  };
}
