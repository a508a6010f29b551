// The second factor, for the forms and for the API: checked, logged, and answered with a session of level 2.
import { secondFactorMethods } from "../second-factor/methods.ts";
import type { CodeSource, Regulated } from "../second-factor/regulation.ts";
import type { LiveSession } from "../session/sessions.ts";
import { browserOf } from "./browser-cookie.ts";
import { visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { sourceOf } from "./record-action.ts";
import { giveSession } from "./session-binding.ts";

/** "ended": the session ended while the factor was being checked. */
export type Passed = Regulated | { readonly outcome: "ended" };

export interface Factor {
  /** For the log. */
  readonly name: "totp" | "recovery code" | "passkey";
  /** RFC 8176. */
  readonly amr: readonly string[];
}

export const totp: Factor = { name: "totp", amr: [secondFactorMethods.code] };
export const recoveryCode: Factor = { name: "recovery code", amr: [secondFactorMethods.code] };

/** Who tries a code, for regulation. */
export function codeSource(c: RequestContext, { user }: LiveSession): CodeSource {
  const { address } = c.get("forwarded");
  return { username: user.name, address, browser: browserOf(c), requestId: c.get("requestId") };
}

/** Runs a check of the visitor's second factor, and raises the session to level 2 when it is accepted. */
export async function passSecondFactor(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  factor: Factor,
  check: () => Promise<Regulated>,
): Promise<Passed> {
  const result = await check();
  // An attempt that has to wait was not looked at; the ban before it is recorded.
  if (result.outcome === "wait") return result;
  const about = { action: "second factor", user: live.user.name, ...sourceOf(c) } as const;
  const detail = { factor: factor.name };
  if (result.outcome === "refused") {
    await parts.audit.record({ ...about, outcome: "failure", detail });
    return result;
  }
  if (!(await raiseLevel(c, parts, live, factor.amr))) return { outcome: "ended" };
  await parts.audit.record({ ...about, detail });
  return result;
}

/** Gives the browser a session of level 2 in place of the one that it has. False when that or the factor is gone. */
export async function raiseLevel(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  amr: readonly string[],
): Promise<boolean> {
  const { sessions, secondFactors } = parts;
  const raised = await sessions.elevate(live, amr, visitor(c));
  if (!raised) return false;
  // Looked at last: whoever takes the factor away from now on ends this session too.
  const methods = await secondFactors.methods(live.user.name);
  if (!amr.some((method) => methods.includes(method))) {
    await sessions.end(raised.sid);
    return false;
  }
  giveSession(c, parts, raised);
  return true;
}
