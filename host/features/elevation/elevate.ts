// One-time codes by e-mail, for the forms and for the API: sent, redeemed for an elevated session, and taken back.

import type { Audit } from "../../audit/audit.ts";
import { type BrowserSessions, visitor } from "../../http/browser-sessions.ts";
import { codeSource, type Passed } from "../../http/code-attempt.ts";
import type { RequestContext } from "../../http/environment.ts";
import { recordAction, sourceOf } from "../../http/record-action.ts";
import type { Clock } from "../../kit/clock.ts";
import type { LiveSession, Sessions } from "../../session/sessions.ts";
import type { Elevation } from "./elevation.ts";
import { oneTimeCodeMail } from "./mails/one-time-code.ts";

export interface ElevateDependencies {
  readonly elevation: Elevation;
  readonly sessions: Pick<Sessions, "confirm" | "endAllOf">;
  readonly browserSessions: Pick<BrowserSessions, "give">;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
}

/** Sends a code to the user of a session who has to confirm with one. False when there were too many. */
export async function sendCode(
  c: RequestContext,
  dependencies: ElevateDependencies,
  live: LiveSession,
): Promise<boolean> {
  const { address, userAgent } = sourceOf(c);
  const where = { username: live.user.name, time: dependencies.clock(), address, userAgent };
  const sent = await dependencies.elevation.send(live, ({ revocation, ...code }) =>
    oneTimeCodeMail(c.get("language"), {
      ...where,
      ...code,
      revocationUrl: `${live.cookieDomain.portalUrl}/account/elevation/revoke?id=${revocation}`,
    }),
  );
  await recordAction(
    c,
    dependencies,
    live.user,
    sent
      ? { action: "elevation code" }
      : { action: "elevation code", outcome: "failure", detail: { reason: "too many codes" } },
  );
  return sent;
}

/** Checks a code, and gives the browser an elevated session in place of its own when it is right. */
export async function redeemCode(
  c: RequestContext,
  dependencies: ElevateDependencies,
  live: LiveSession,
  code: string,
): Promise<Passed> {
  const { elevation, sessions } = dependencies;
  const result = await elevation.verify(codeSource(c, live), live.session.sid, code);
  // An attempt that has to wait was not looked at; the ban before it is recorded.
  if (result.outcome === "wait") return result;
  if (result.outcome === "refused") {
    await recordAction(c, dependencies, live.user, { action: "elevation", outcome: "failure" });
    return result;
  }
  const confirmed = await sessions.confirm(live, visitor(c));
  if (!confirmed) return { outcome: "ended" };
  await elevation.elevate(confirmed.sid);
  dependencies.browserSessions.give(c, confirmed);
  await recordAction(c, dependencies, live.user, { action: "elevation" });
  return result;
}

/**
 * Takes a code back by what its e-mail said, and logs its user out everywhere: whoever asked for it had the password. False
 * when there is no such code.
 */
export async function revokeCode(c: RequestContext, dependencies: ElevateDependencies, id: string): Promise<boolean> {
  const name = await dependencies.elevation.revoke(id);
  if (name === undefined) return false;
  const sessions = await dependencies.sessions.endAllOf(name);
  const detail = { reason: "code taken back", sessions };
  await recordAction(c, dependencies, { name }, { action: "session end", detail });
  return true;
}
