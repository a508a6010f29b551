// What somebody has to show before they may change how they log in: a browser left open must not be enough to take an account
// over, nor a stolen password to set a second factor up.
import { hasMailAddress } from "../elevation/elevation.ts";
import type { LiveSession } from "../session/sessions.ts";
import type { Parts } from "./environment.ts";

/** What is still to be done; "no address": a code is to be sent, and there is no address. */
export type Confirmation = "given" | "log in" | "second factor" | "code" | "no address";

/** How long a login counts as fresh. Seconds. */
const freshness = 300;

export async function confirmationOf(
  { session, user }: LiveSession,
  { secondFactors, elevation, clock }: Pick<Parts, "secondFactors" | "elevation" | "clock">,
): Promise<Confirmation> {
  const fresh = clock() - session.authTime <= freshness;
  if (await secondFactors.has(user.name)) {
    const proven = fresh && session.level === 2;
    if (proven && elevation.skipsForSecondFactor) return "given";
    if (!proven && elevation.requiresSecondFactor) return "second factor";
  }
  if (!elevation.enabled) return fresh ? "given" : "log in";
  if (await elevation.isElevated(session.sid)) return "given";
  if (!fresh) return "log in";
  return hasMailAddress(user) ? "code" : "no address";
}
