// Changes of second factors, for the forms and for the API: done, and put down. Whether the visitor may is for the caller.
import type { LiveSession } from "../session/sessions.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { recordAction } from "./record-action.ts";

/** Makes the app that the session is setting up the user's. False when the code is not its. */
export async function confirmApp(c: RequestContext, parts: Parts, live: LiveSession, code: string): Promise<boolean> {
  const { user, session } = live;
  const { apps } = parts.secondFactors;
  const replaced = (await apps.of(user.name)) !== undefined;
  const confirmed = await apps.confirm(session.sid, user.name, code);
  await recordAction(
    c,
    parts,
    user,
    confirmed
      ? { action: "totp setup", detail: { replaced } }
      : { action: "totp setup", outcome: "failure", detail: { reason: "wrong code" } },
  );
  return confirmed;
}

/** False when there is none. */
export async function removeApp(c: RequestContext, parts: Parts, { user }: LiveSession): Promise<boolean> {
  const removed = await parts.secondFactors.removeTotp(user.name);
  if (removed) await recordAction(c, parts, user, { action: "totp removal" });
  return removed;
}

/** False when the user has none of this id. */
export async function removePasskey(
  c: RequestContext,
  parts: Parts,
  { user }: LiveSession,
  id: string,
): Promise<boolean> {
  const { passkeys } = parts.secondFactors;
  const passkey = (await passkeys.of(user.name)).find((one) => one.id === id);
  if (!passkey || !(await parts.secondFactors.removePasskey(user.name, id))) return false;
  await recordAction(c, parts, user, { action: "passkey removal", detail: { passkey: id, name: passkey.name } });
  return true;
}

export async function makeRecoveryCodes(
  c: RequestContext,
  parts: Parts,
  { user }: LiveSession,
): Promise<readonly string[]> {
  const codes = await parts.secondFactors.makeRecoveryCodes(user.name);
  await recordAction(c, parts, user, { action: "recovery codes", detail: { made: codes.length } });
  return codes;
}
