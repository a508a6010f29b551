// A session's lease at the moment of a request: whether it holds, is to be renewed while the request goes on, or has run out,
// so that the host has to be asked first. A host that can't be asked stretches it, within the bundle's outage grace.
import { Bundle } from "../bundle/bundle";
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
  /** It holds, and the host is to be asked for another while the request goes on. */
  Due,
  /** Nobody can say whether the session lives without asking the host. */
  RunOut,
  /** The session is over. */
  Lost,
  /** Nobody can say whether the session lives, and the host is silent; it is to be asked again all the same. */
  Silent,
}

/** Looks at the lease of a session that verified. */
export function leaseOf(session: Session, bundle: Bundle, host: Host, now: i64): Lease {
  if (session.hasEnded) return Lease.Lost;
  if (now < session.expires) {
    return now >= session.renewAt && host != Host.None ? Lease.Due : Lease.Holds;
  }
  if (host == Host.None) return Lease.Lost;
  if (host == Host.Answers && session.unanswered == 0) return Lease.RunOut;
  if (host == Host.OutOfReach) return now < believedUntil(session, bundle) ? Lease.Holds : Lease.Lost;
  // About a session that it had no answer about the host is silent, whatever it says about others.
  const mayAsk = !isResting(session, now);
  if (now < session.expires + bundle.outageGrace) return mayAsk ? Lease.Due : Lease.Holds;
  return mayAsk && host != Host.Silent ? Lease.RunOut : Lease.Silent;
}

/** The longest time for which the host is not asked again about a session that it had no answer about. Seconds. */
const LONGEST_REST: i64 = 32;

/** Notes that the host, which answers otherwise, had no answer about this session: it rests longer each time. */
export function noteUnanswered(session: Session, now: i64): void {
  if (session.unanswered < 5) session.unanswered++;
  session.renewAt = now + min((<i64>1) << session.unanswered, LONGEST_REST);
}

/** Whether the host had no answer about this session, and is not to be asked about it again yet. */
export function isResting(session: Session, now: i64): bool {
  return session.unanswered != 0 && now < session.renewAt;
}

/**
 * When a session that nobody can ask about is to be asked about at last: after the outage grace, and before an inactivity
 * limit, of which a lease is a fifth at most, could have ended it.
 */
function believedUntil(session: Session, bundle: Bundle): i64 {
  return session.expires + min(bundle.outageGrace, 4 * (session.expires - session.issuedAt));
}
