// What somebody has to show before they may change how they log in: a browser left open must not be enough to take an account
// over, nor a stolen password to set a second factor up.

import type { Parts } from "../../http/environment.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { hasMailAddress } from "./elevation.ts";

/** What is still to be done; "no address": a code is to be sent, and there is no address. */
export type Confirmation = "given" | "log in" | "second factor" | "code" | "no address";

/** How long a login counts as fresh. Seconds. */
const freshness = 300;

export async function confirmationOf(live: LiveSession, parts: Parts): Promise<Confirmation> {
  const { session, user } = live;
  const { secondFactors, elevation } = parts;
  const fresh = isFresh(live, parts);
  if (await secondFactors.has(user.name)) {
    const proven = hasProvenSecondFactor(live, parts);
    if (proven && elevation.skipsForSecondFactor) return "given";
    if (!proven && elevation.requiresSecondFactor) return "second factor";
  }
  if (!elevation.enabled) return fresh ? "given" : "log in";
  if (await elevation.isElevated(session.sid)) return "given";
  if (!fresh) return "log in";
  return hasMailAddress(user) ? "code" : "no address";
}

/** Whether the last login is fresh, and was with a second factor. */
export function hasProvenSecondFactor(live: LiveSession, parts: Parts): boolean {
  return live.session.level === 2 && isFresh(live, parts);
}

function isFresh({ session }: LiveSession, { clock }: Parts): boolean {
  return clock() - session.authTime <= freshness;
}
