// Why a request is refused (400) or can't be decided (503): one closed set of codes, and the words an answer may show.
// The words never repeat what the client sent.
import { text, Text } from "../memory/text";

export const enum Refusal {
  None,
  // The request itself, answered with 400.
  Scheme,
  Host,
  ForeignHost,
  Method,
  Path,
  PathEscape,
  PathSeparator,
  PathDotSegment,
  PathControl,
  PathUtf8,
  PathReadings,
  Cookie,
  ClientAddress,
  Headers,
  // The gate's own state, answered with 503.
  NoBundle,
  StaleBundle,
  /** The gate's clock is far behind the moment at which the bundle was signed. */
  Clock,
  /** A browser came back from the portal again and again, logged in there and not here. */
  Loop,
  /** The session's lease has run out, its outage grace too, and the host does not answer. */
  HostSilent,
  /** The gate can't ask the host, and the policy may ask about more groups of the visitor's than their session says. */
  Groups,
  /** Too many unknown tokens to verify them all: answered with 429. */
  Busy,
}

/** What a visitor, or the operator, can do about a request that is refused with 400. */
export function refusalAdvice(refusal: Refusal): Text {
  switch (refusal) {
    case Refusal.Scheme:
      return text("Open the address with https:// in front.");
    case Refusal.PathReadings:
      return text("Administrators see what each reading comes to with: zerohop policy explain");
    case Refusal.Cookie:
      return text("Log out, or delete this site's cookies, and log in again.");
    case Refusal.Method:
    case Refusal.Headers:
      return text("If a browser sent it, delete this site's cookies and try again.");
    case Refusal.ClientAddress:
      return text("Administrators: is a proxy in front missing under trusted_proxies?");
    default:
      return text("Look for a mistake in the address. If a link or an application led here, tell its administrators.");
  }
}

/** The status that a refusal is answered with. */
export function statusOfRefusal(refusal: Refusal): i32 {
  if (refusal == Refusal.Busy) return 429;
  return refusal >= Refusal.NoBundle ? 503 : 400;
}

/** One sentence for an operator or a visitor. */
export function refusalMessage(refusal: Refusal): Text {
  switch (refusal) {
    case Refusal.Scheme:
      return text("only https is protected here");
    case Refusal.Host:
      return text("the host is not a valid host name");
    case Refusal.ForeignHost:
      return text("the host is outside every protected domain");
    case Refusal.Method:
      return text("the method is not made of letters A to Z");
    case Refusal.Path:
      return text("the path does not begin with a slash");
    case Refusal.PathEscape:
      return text("the path has a percent sign that begins no escape, or an escape of an escape");
    case Refusal.PathSeparator:
      return text("the path begins with two slashes, or has a backslash or nothing before a semicolon");
    case Refusal.PathDotSegment:
      return text("the path has a dot segment");
    case Refusal.PathControl:
      return text("the path has a control character, a space or a fragment");
    case Refusal.PathUtf8:
      return text("the path is not valid UTF-8");
    case Refusal.PathReadings:
      return text("the path can be read in several ways that the rules may answer differently");
    case Refusal.Cookie:
      return text("the request has several session cookies");
    case Refusal.ClientAddress:
      return text("the client address is not known");
    case Refusal.Headers:
      return text("the request's headers can't be read");
    case Refusal.NoBundle:
      return text("the gate has no policy yet");
    case Refusal.StaleBundle:
      return text("the gate's policy is too old");
    case Refusal.Clock:
      return text("the gate's clock is wrong");
    case Refusal.Loop:
      return text("the login service and the gate do not agree about the session");
    case Refusal.HostSilent:
      return text("the login service does not answer");
    case Refusal.Groups:
      return text("the gate can't be told all groups of a user in so many");
    case Refusal.Busy:
      return text("too many unknown sessions");
    default:
      return text("");
  }
}
