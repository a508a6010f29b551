// Changes of second factors, for the forms and for the API: done, and put down. Whether the visitor may is for the caller.
//
// A session of level 2 is worth what raised it. When that goes, because it was lost or stolen, sessions that it raised end;
// the one in which it is taken away goes on, by what is left of it.

import { visitor } from "../../http/browser-sessions.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { passkeyMethod, raisingMethods, secondFactorMethods } from "./methods.ts";

/** Makes the app that the session is setting up the user's. False when the code is not its. */
export async function confirmApp(c: RequestContext, parts: Parts, live: LiveSession, code: string): Promise<boolean> {
  const { user, session } = live;
  const { apps } = parts.secondFactors;
  const replaced = (await apps.of(user.name)) !== undefined;
  if (!(await apps.confirm(session.sid, user.name, code))) {
    const detail = { reason: "wrong code" };
    await recordAction(c, parts, user, { action: "totp setup", outcome: "failure", detail });
    return false;
  }
  // The session itself is about to be raised by the new app.
  if (replaced) await parts.sessions.endRaisedBy(user.name, [secondFactorMethods.code], session.sid);
  await recordAction(c, parts, user, { action: "totp setup", detail: { replaced } });
  return true;
}

/** False when there is none. */
export async function removeApp(c: RequestContext, parts: Parts, live: LiveSession): Promise<boolean> {
  const { user } = live;
  const { secondFactors } = parts;
  if (!(await secondFactors.apps.of(user.name))) return false;
  const remove = () => secondFactors.removeTotp(user.name);
  if (!(await withdraw(c, parts, live, secondFactorMethods.code, remove))) return false;
  await recordAction(c, parts, user, { action: "totp removal" });
  return true;
}

/** False when the user has none of this id. */
export async function removePasskey(c: RequestContext, parts: Parts, live: LiveSession, id: string): Promise<boolean> {
  const { user } = live;
  const { secondFactors } = parts;
  const passkey = (await secondFactors.passkeys.of(user.name)).find((one) => one.id === id);
  if (!passkey) return false;
  const remove = () => secondFactors.removePasskey(user.name, id);
  if (!(await withdraw(c, parts, live, passkeyMethod(passkey), remove))) return false;
  await recordAction(c, parts, user, { action: "passkey removal", detail: { passkey: id, name: passkey.name } });
  return true;
}

/** Removes a factor, and with it what it raised. Sessions say by which method they were raised, not by which device. */
async function withdraw(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  method: string,
  remove: () => Promise<boolean>,
): Promise<boolean> {
  const { secondFactors, sessions } = parts;
  const { user, session } = live;
  // Before it, so that whatever stops this host in between leaves none; after it for those that were raised meanwhile.
  await sessions.endRaisedBy(user.name, [method], session.sid);
  if (!(await remove())) return false;
  const left = await secondFactors.methods(user.name);
  const gone = raisingMethods.filter((one) => one === method || !left.includes(one));
  await sessions.endRaisedBy(user.name, gone, session.sid);
  if (session.level === 1 || !session.amr.some((one) => gone.includes(one))) return true;
  const lowered = await sessions.lower(live, gone, left, visitor(c));
  if (lowered) parts.browserSessions.give(c, lowered);
  return true;
}

/** New recovery codes in place of all earlier ones. Sessions that one of those raised end: it may have been somebody else. */
export async function makeRecoveryCodes(
  c: RequestContext,
  parts: Parts,
  { user, session }: LiveSession,
): Promise<readonly string[]> {
  const { codes, used } = await parts.secondFactors.makeRecoveryCodes(user.name);
  if (used > 0) await parts.sessions.endRaisedBy(user.name, [secondFactorMethods.code], session.sid);
  await recordAction(c, parts, user, { action: "recovery codes", detail: { made: codes.length } });
  return codes;
}
