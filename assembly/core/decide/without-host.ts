// The decision of a gate that can't hold a request until the host has answered. Where questions go by files (assembly/http-wasm), a
// request of a script whose lease has run out goes on while the answer is under way, for as long as a form does. Else whose lease has run
// out is sent to the portal, which renews it; a form, which a redirect would lose, is let through for as long as the lease is stretched.
import { Bundle } from "../bundle/bundle";
import { Refusal } from "../refusal";
import { isForm, isRedirected } from "../preferences";
import { Request } from "../request";
import { HostState } from "../session/lease";
import { Session } from "../session/session";
import { decide, refuseUndecided } from "./decide";
import { Decision, Outcome } from "./decision";

/** How far the gate's clock may be behind that of the host, in seconds: one that was never set, or stands still, is further. */
export const MAX_BEHIND: i64 = 24 * 60 * 60;

/** What came of a question about a session that nobody waits for. */
export const enum Reply {
  /** Nobody can be asked. */
  None,
  /** It is asked, and the answer is still to come. */
  Later,
  /** The session is as the host has answered, or there has been no answer for so long that the host counts as silent for it. */
  Here,
}

/** Asks the host about a session. */
type Ask = (session: Session, now: i64) => Reply;

/**
 * Decides the request with the bundle; `now` is in seconds since the epoch. `ask` is called for a session whose lease has run out, if the
 * gate `canAsk`. `readPreferences` completes the request with what tells a person's from a script's, which is called for only where
 * it counts: the decision's `hasRunOut` then says so. What the decision has as `renewable` is left for the caller to ask about.
 */
export function decideWithoutHost(
  decision: Decision,
  request: Request,
  bundle: Bundle | null,
  now: i64,
  maxStale: i64,
  canAsk: bool,
  ask: Ask,
  readPreferences: () => void,
): Outcome {
  if (!isPlausible(bundle, now)) return refuseUndecided(decision, Refusal.Clock);
  let hostState = canAsk ? HostState.Answers : HostState.ByBrowser;
  let outcome = decide(decision, request, bundle, now, maxStale, hostState, HostState.None);
  if (outcome != Outcome.Wait) return outcome;
  let isAsked = false;
  if (canAsk) {
    const reply = ask(decision.session!, now);
    isAsked = reply != Reply.None;
    if (reply == Reply.Here) outcome = decide(decision, request, bundle, now, maxStale, hostState, HostState.None);
    // Where the answer is under way, or of no use, the session is worth what its token says.
    if (outcome == Outcome.Wait) {
      outcome = decide(decision, request, bundle, now, maxStale, HostState.ByBrowser, HostState.None);
    }
    if (outcome != Outcome.Wait) return outcome;
  }
  readPreferences();
  const goesOn = isAsked ? !isRedirected(request) : isForm(request);
  hostState = goesOn ? HostState.OutOfReach : HostState.None;
  outcome = decide(decision, request, bundle, now, maxStale, hostState, HostState.None);
  decision.hasRunOut = true;
  return outcome;
}

/**
 * Whether a moment can be now. A clock may stand still, or never have been set: what the bundle says about the time is the check on
 * it, for with a clock that is wrong no session would end.
 */
function isPlausible(bundle: Bundle | null, now: i64): bool {
  return now > 0 && (!bundle || now + MAX_BEHIND >= bundle.issuedAt);
}
