// The second factor, for the forms and for the API: checked, logged, and answered with a session of level 2.

import { visitor } from "../../http/browser-sessions.ts";
import type { Passed } from "../../http/code-attempt.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { sourceOf } from "../../http/record-action.ts";
import type { Regulated } from "../../identity/regulation/codes.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { secondFactorMethods } from "./methods.ts";

export type Factor = {
  /** RFC 8176. */
  readonly amr: readonly string[];
} & (
  | { readonly name: "totp" | "recovery code" }
  | { readonly name: "passkey" /** The passkey's id. */; readonly id: string }
);

export const totp = { name: "totp", amr: [secondFactorMethods.code] } as const satisfies Factor;
export const recoveryCode = { name: "recovery code", amr: [secondFactorMethods.code] } as const satisfies Factor;

/** Runs a check of the visitor's second factor, and raises the session to level 2 when it is accepted. */
export async function passSecondFactor(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  factor: Factor,
  check: () => Promise<Regulated>,
): Promise<Passed> {
  const known = await knownBy(factor, live, parts);
  const result = await check();
  // An attempt that has to wait was not looked at; the ban before it is recorded.
  if (result.outcome === "wait") return result;
  const about = { action: "second factor", user: live.user.name, ...sourceOf(c) } as const;
  const detail = { factor: factor.name };
  if (result.outcome === "refused") {
    await parts.audit.record({ ...about, outcome: "failure", detail });
    return result;
  }
  if (!(await raiseLevel(c, parts, live, factor, known))) return { outcome: "ended" };
  await parts.audit.record({ ...about, detail });
  return result;
}

/** What tells the user's factor from another one of its kind that takes its place; undefined when there is none. */
async function knownBy(factor: Factor, { user }: LiveSession, { secondFactors }: Parts): Promise<string | undefined> {
  const { totp, passkeys, recoveryCodes } = await secondFactors.of(user.name);
  switch (factor.name) {
    case "totp":
      return totp && Buffer.from(totp.secret).toString("base64");
    case "recovery code":
      return recoveryCodes && String(recoveryCodes.createdAt);
    case "passkey":
      return passkeys.find(({ id }) => id === factor.id)?.id;
  }
}

/**
 * Gives the browser a session of level 2 in place of the one that it has. False when that is gone, or the factor: it is another one
 * than the one that was `known` before it was checked.
 */
export async function raiseLevel(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  factor: Factor,
  known?: string,
): Promise<boolean> {
  const { sessions } = parts;
  const expected = known ?? (await knownBy(factor, live, parts));
  const raised = await sessions.elevate(live, factor.amr, visitor(c));
  if (!raised) return false;
  // Looked at last: whoever takes the factor away from now on ends this session too.
  if (expected === undefined || (await knownBy(factor, live, parts)) !== expected) {
    await sessions.end(raised.sid);
    return false;
  }
  parts.browserSessions.give(c, raised);
  return true;
}
