// One-time codes by e-mail, for the forms and for the API: sent, redeemed for an elevated session, and taken back.

import { visitor } from "../../http/browser-sessions.ts";
import { codeSource, type Passed } from "../../http/code-attempt.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction, sourceOf } from "../../http/record-action.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { oneTimeCodeMail } from "./mails/one-time-code.ts";

/** Sends a code to the user of a session who has to confirm with one. False when there were too many. */
export async function sendCode(c: RequestContext, parts: Parts, live: LiveSession): Promise<boolean> {
  const { address, userAgent } = sourceOf(c);
  const where = { username: live.user.name, time: parts.clock(), address, userAgent };
  const sent = await parts.elevation.send(live, ({ revocation, ...code }) =>
    oneTimeCodeMail(c.get("language"), {
      ...where,
      ...code,
      revocationUrl: `${live.cookieDomain.portalUrl}/account/elevation/revoke?id=${revocation}`,
    }),
  );
  await recordAction(
    c,
    parts,
    live.user,
    sent
      ? { action: "elevation code" }
      : { action: "elevation code", outcome: "failure", detail: { reason: "too many codes" } },
  );
  return sent;
}

/** Checks a code, and gives the browser an elevated session in place of its own when it is right. */
export async function redeemCode(c: RequestContext, parts: Parts, live: LiveSession, code: string): Promise<Passed> {
  const { elevation, sessions } = parts;
  const result = await elevation.verify(codeSource(c, live), live.session.sid, code);
  // An attempt that has to wait was not looked at; the ban before it is recorded.
  if (result.outcome === "wait") return result;
  if (result.outcome === "refused") {
    await recordAction(c, parts, live.user, { action: "elevation", outcome: "failure" });
    return result;
  }
  const confirmed = await sessions.confirm(live, visitor(c));
  if (!confirmed) return { outcome: "ended" };
  await elevation.elevate(confirmed.sid);
  parts.browserSessions.give(c, confirmed);
  await recordAction(c, parts, live.user, { action: "elevation" });
  return result;
}

/**
 * Takes a code back by what its e-mail said, and logs its user out everywhere: whoever asked for it had the password. False
 * when there is no such code.
 */
export async function revokeCode(c: RequestContext, parts: Parts, id: string): Promise<boolean> {
  const name = await parts.elevation.revoke(id);
  if (name === undefined) return false;
  const sessions = await parts.sessions.endAllOf(name);
  const detail = { reason: "code taken back", sessions };
  await recordAction(c, parts, { name }, { action: "session end", detail });
  return true;
}
