// Where providers tell of a log-out: from server to server (OpenID Connect Back-Channel Logout 1.0), or by a page that they open in the
// browser (OpenID Connect Front-Channel Logout 1.0), where a provider has nothing else.

import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { readForm } from "../../http/body.ts";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import type { ConfiguredProvider, ProviderLogins } from "./logins.ts";
import { readLogout } from "./logout-token.ts";
import { ProviderRefusal, ProviderUnavailable } from "./provider.ts";

interface LogoutDependencies {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  readonly logins: Pick<ProviderLogins, "logOut">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A logout token is some hundred bytes. Characters. */
const longestToken = 16 * 1024;

/** For providers, which may reach the host by another name than visitors do. */
export function backChannelRoutes({ providers, logins, clock, log }: LogoutDependencies): Hono<Environment> {
  const app = new Hono<Environment>();

  app.post("/:id/back-channel-logout", async (c) => {
    const found = providers.get(c.req.param("id"));
    if (!found) throw refuse(404, "There is no such provider.");
    const { config, provider } = found;
    c.header("Cache-Control", "no-store");
    const refused = (reason: string) => {
      log.warn({ request_id: c.get("requestId"), provider: config.id, reason }, "a logout token was refused");
      return c.json({ error: "invalid_request", error_description: reason.slice(0, 200) }, 400);
    };
    const token = (await readForm(c)).get("logout_token") ?? "";
    if (token === "" || token.length > longestToken) return refused("there is no logout_token");
    try {
      const logout = readLogout(config.id, await provider.readLogoutToken(token), clock(), config.clockSkew);
      const isNew = await logins.logOut(logout, "logout at the provider");
      return isNew ? c.body(null, 200) : refused("the token was taken before");
    } catch (error) {
      if (error instanceof ProviderRefusal) return refused(error.message);
      if (!(error instanceof ProviderUnavailable)) throw error;
      log.error(
        { request_id: c.get("requestId"), provider: config.id, reason: error.message },
        "a logout token cannot be verified",
      );
      return c.json({ error: "temporarily_unavailable" }, 503);
    }
  });

  return app;
}

/** For the frames in which a provider opens them; no cookie comes with them, so the session's name at the provider is what counts. */
export function frontChannelRoutes({ providers, logins, clock }: LogoutDependencies): Hono<Environment> {
  const app = new Hono<Environment>();

  app.get("/:id/front-channel-logout", async (c) => {
    const found = providers.get(c.req.param("id"));
    if (!found?.config.frontChannelLogout) throw refuse(404, "There is nothing here.");
    const { config } = found;
    const { iss, sid } = c.req.query();
    if (iss !== config.issuer || !sid || sid.length > 255)
      throw refuse(400, "The request names no session of the provider's.");
    const now = clock();
    const logout = {
      provider: config.id,
      jti: randomUUID(),
      providerSid: sid,
      subject: null,
      at: now,
      forgetAt: now + 60,
    };
    await logins.logOut(logout, "logout at the provider, by the browser", false);
    c.header("Content-Security-Policy", `default-src 'none'; frame-ancestors ${new URL(config.issuer).origin}`);
    return c.body(null, 200);
  });

  return app;
}
