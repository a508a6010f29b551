// A session's lease at the moment of a request: whether it holds, is to be renewed while the request goes on, or has run out,
// so that the host has to be asked first. While the host cannot be asked, the lease is
// stretched by the bundle's outage grace at most.
import { Bundle } from "../bundle/bundle";
import { toTime } from "./kept-session";
import { Session, takeMembership, takeProfile } from "./session";

/** In seconds: the host gives no longer one. */
export const LONGEST_LEASE: i64 = 300;

/** Whether the Zerohop host answers the gate's questions. */
export const enum HostState {
  /** The gate has no host to ask: a session lasts as long as the lease in its token. */
  None,
  Answers,
  /** The host was silent for a while, and it is time to ask it again. */
  Unsure,
  /** The host did not answer the last question. */
  Silent,
  /** Only the browser can ask the host, by way of the portal, and this request cannot be redirected there. */
  OutOfReach,
  /** Only the browser can ask the host, if this request can be redirected to the portal, which is still to be found out. */
  ByBrowser,
}

export const enum Lease {
  Holds,
  /** It holds, and the host is to be asked for another while the request goes on. */
  Due,
  /** Nobody can say whether the session lives without asking the host. */
  RunOut,
  /** The session is over. */
  Lost,
  /** Nobody can say whether the session lives, and the host is silent; it is to be asked again all the same. */
  Silent,
}

/** Looks at the lease of a session that verified, and completes a session whose token does not hold it. */
export function leaseOf(session: Session, bundle: Bundle, hostState: HostState, now: i64): Lease {
  if (session.kept.hasEnded) return Lease.Lost;
  if (session.profileAt && !takeProfile(session)) {
    const incomplete = withoutProfile(session, bundle, hostState, now);
    if (incomplete != Lease.Holds) return incomplete;
  }
  if (now < <i64>session.kept.expires) {
    return now >= <i64>session.kept.renewAt && hostState != HostState.None ? Lease.Due : Lease.Holds;
  }
  if (hostState == HostState.None) return Lease.Lost;
  if (hostState == HostState.ByBrowser || (hostState == HostState.Answers && session.kept.unanswered == 0))
    return Lease.RunOut;
  if (hostState == HostState.OutOfReach) return now < believedUntil(session, bundle) ? Lease.Holds : Lease.Lost;
  // A host that had no answer about this session counts as silent for it, whatever it answers about others.
  const mayAsk = !isResting(session, now);
  if (now < <i64>session.kept.expires + bundle.outageGrace) return mayAsk ? Lease.Due : Lease.Holds;
  return mayAsk && hostState != HostState.Silent ? Lease.RunOut : Lease.Silent;
}

/**
 * What becomes of a session whose profile is not here; Holds where it goes on by its lease. A gate that can ask the host goes by nothing
 * less than all groups, for applications do too. One that can't goes by what the token says, if that is about the policy in force.
 */
function withoutProfile(session: Session, bundle: Bundle, hostState: HostState, now: i64): Lease {
  if (hostState == HostState.Silent) return Lease.Silent;
  if (hostState == HostState.Answers || hostState == HostState.Unsure) {
    return isResting(session, now) ? Lease.Silent : Lease.RunOut;
  }
  if (takeMembership(session, bundle.policy)) return Lease.Holds;
  return hostState == HostState.ByBrowser ? Lease.RunOut : Lease.Lost;
}

/** The longest pause before the host is asked again about a session that it had no answer about. Seconds. */
const LONGEST_REST: i64 = 32;

/** Notes that the host answers, but had no answer about this session. The pause before the next question doubles each time. */
export function noteUnanswered(session: Session, now: i64): void {
  if (session.kept.unanswered < 5) session.kept.unanswered++;
  session.kept.renewAt = toTime(now + min((<i64>1) << session.kept.unanswered, LONGEST_REST));
}

/** Whether the host had no answer about this session, and is not to be asked about it again yet. */
export function isResting(session: Session, now: i64): bool {
  return session.kept.unanswered != 0 && now < <i64>session.kept.renewAt;
}

/**
 * When a session that nobody can ask about is to be asked about at last: after the outage grace, and before an inactivity
 * limit, of which a lease is a fifth at most, could have ended it.
 */
function believedUntil(session: Session, bundle: Bundle): i64 {
  const kept = session.kept;
  return <i64>kept.expires + min(bundle.outageGrace, 4 * (<i64>kept.expires - <i64>kept.issuedAt));
}
