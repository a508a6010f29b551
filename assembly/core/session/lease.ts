// A session's lease at the moment of a request: whether it holds, is to be renewed while the request goes on, or has run out,
// so that the host has to be asked first. A host that can't be asked stretches it, within the bundle's outage grace.
import { Bundle } from "../bundle/bundle";
import { Refusal } from "../refusal";
import { Session } from "./session";

export const enum Host {
  /** There is none to ask: the gate lives on what its configuration says, and a lease is all there is. */
  None,
  Answers,
  /** It did not answer for a while, and it is time to try again. */
  Unsure,
  /** It did not answer when it was asked last. */
  Silent,
  /** Only the browser can ask it, on the way through the portal, and this request can't be sent that way. */
  OutOfReach,
}

export const enum Lease {
  Holds,
  /** Nobody can say whether the session lives without asking the host. */
  RunOut,
  /** The session can't be believed: it is over, or `doubt` says what is in the way. */
  Lost,
}

/** The session to ask the host about while the request goes on, or null. */
export let renewable: Session | null = null;
/** Why nobody can tell who is asking; None when that is known. */
export let doubt: Refusal = Refusal.None;

export function forgetLease(): void {
  renewable = null;
  doubt = Refusal.None;
}

/** Notes why nobody can tell who is asking. */
export function setDoubt(reason: Refusal): void {
  doubt = reason;
}

/** Looks at the lease of a session that verified. */
export function leaseOf(session: Session, bundle: Bundle, host: Host, now: i64): Lease {
  if (session.hasEnded) return Lease.Lost;
  if (now < session.expires) {
    if (now >= session.renewAt && host != Host.None) renewable = session;
    return Lease.Holds;
  }
  if (host == Host.None) return Lease.Lost;
  if (host == Host.Answers) return Lease.RunOut;
  if (host == Host.OutOfReach) return now < believedUntil(session, bundle) ? Lease.Holds : Lease.Lost;
  renewable = session;
  if (now < session.expires + bundle.outageGrace) return Lease.Holds;
  if (host == Host.Unsure) return Lease.RunOut;
  doubt = Refusal.HostSilent;
  return Lease.Lost;
}

/**
 * When a session that nobody can ask about is to be asked about at last: after the outage grace, and before an inactivity
 * limit, of which a lease is a fifth at most, could have ended it.
 */
function believedUntil(session: Session, bundle: Bundle): i64 {
  return session.expires + min(bundle.outageGrace, 4 * (session.expires - session.issuedAt));
}
