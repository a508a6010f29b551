// The decision of a gate that can't ask the host. Whose session's lease has run out is sent to the portal, which renews it; a form,
// which a redirect would lose, is let through for as long as the lease is stretched.
import { Bundle } from "../bundle/bundle";
import { Refusal } from "../refusal";
import { isForm } from "../preferences";
import { Request } from "../request";
import { HostState } from "../session/lease";
import { decide, refuseUndecided } from "./decide";
import { Decision, Outcome } from "./decision";

/** How far the gate's clock may be behind that of the host, in seconds. */
const MAX_BEHIND: i64 = 15 * 60;

/**
 * Decides the request with the bundle; `now` is in seconds since the epoch. `readPreferences` completes the request with what tells a
 * person's from a script's, which is called for only where it counts: the decision's `hasRunOut` then says so.
 */
export function decideWithoutHost(
  decision: Decision,
  request: Request,
  bundle: Bundle | null,
  now: i64,
  maxStale: i64,
  readPreferences: () => void,
): Outcome {
  if (!isPlausible(bundle, now)) return refuseUndecided(decision, Refusal.Clock);
  const outcome = decide(decision, request, bundle, now, maxStale, HostState.ByBrowser, HostState.None);
  if (outcome != Outcome.Wait) return outcome;
  readPreferences();
  const hostState = isForm(request) ? HostState.OutOfReach : HostState.None;
  const again = decide(decision, request, bundle, now, maxStale, hostState, HostState.None);
  decision.hasRunOut = true;
  return again;
}

/**
 * Whether a moment can be now. A clock may stand still, or never have been set: what the bundle says about the time is the check on
 * it, for with a clock that is wrong no session would end.
 */
function isPlausible(bundle: Bundle | null, now: i64): bool {
  return now > 0 && (!bundle || now + MAX_BEHIND >= bundle.issuedAt);
}
