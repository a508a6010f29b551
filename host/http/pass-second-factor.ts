// The second factor, for the forms and for the API: checked, logged, and answered with a session of level 2.
import type { Regulated } from "../second-factor/regulation.ts";
import type { LiveSession } from "../session/sessions.ts";
import { visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";

/** "ended": the session ended while the factor was being checked. */
export type Passed = Regulated | { readonly outcome: "ended" };

export interface Factor {
  /** For the log. */
  readonly name: "totp" | "recovery code" | "passkey";
  /** RFC 8176. */
  readonly amr: readonly string[];
}

export const totp: Factor = { name: "totp", amr: ["otp"] };
export const recoveryCode: Factor = { name: "recovery code", amr: ["otp"] };

/** Runs a check of the visitor's second factor, and raises the session to level 2 when it is accepted. */
export async function passSecondFactor(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  factor: Factor,
  check: () => Promise<Regulated>,
): Promise<Passed> {
  const result = await check();
  const about = { request_id: c.get("requestId"), address: c.get("forwarded").address, user: live.user.name };
  if (result.outcome !== "accepted") {
    parts.log.warn({ ...about, factor: factor.name, outcome: result.outcome }, "second factor refused");
    return result;
  }
  if (!(await raiseLevel(c, parts, live, factor.amr))) return { outcome: "ended" };
  parts.log.info({ ...about, factor: factor.name }, "second factor accepted");
  return result;
}

/** Gives the browser a session of level 2 in place of the one that it has. False when that has ended. */
export async function raiseLevel(
  c: RequestContext,
  { sessions }: Parts,
  live: LiveSession,
  amr: readonly string[],
): Promise<boolean> {
  const cookie = await sessions.elevate(live, amr, visitor(c));
  if (cookie === undefined) return false;
  c.header("Set-Cookie", cookie);
  return true;
}
