// The decision about a request, as a value that shells, answers and the access log read. Several can exist at a time.
import { CookieDomain } from "../bundle/cookie-domain";
import { Access, BasicUse } from "../policy/rule";
import { Refusal } from "../refusal";
import { Session } from "../session/session";

export const enum Outcome {
  /** To the backend, as whoever the session says, or as nobody. */
  Allow,
  /** The portal's own host: to the portal, undecided. */
  Portal,
  /** To the portal, to log in, to log in again or with a second factor. */
  Login,
  /** 403. */
  Deny,
  /** 400, 429 or 503, see `refusal`. */
  Refuse,
  /** The host has to be asked first: about the lease of `session`, or about a credential when that is null. */
  Wait,
}

/** Why a login is asked for. */
export const enum LoginReason {
  None,
  /** Nobody is logged in. */
  Anonymous,
  /** The rule wants two factors and the session has one. */
  Level,
  /** The login is older than the rule's max_age. */
  Age,
  /** The session was made without an authentication method that the rule names. */
  Method,
  /** The credentials are wrong. */
  Credentials,
}

/** The challenge for a client whose Basic credentials are wrong or missing. */
export const enum Challenge {
  None,
  /** 401 and WWW-Authenticate. */
  Authenticate,
  /** 407 and Proxy-Authenticate. */
  ProxyAuthenticate,
}

/** What a policy says of a request. */
@unmanaged
export class Judgement {
  outcome: Outcome;
  /** Why the outcome is Refuse; None otherwise. */
  refusal: Refusal;
  /** Why the outcome is Login; None otherwise. */
  loginReason: LoginReason;
  /** What the matched rule, or the default, asks for. */
  access: Access;
  /** The matched rule, from 1; 0 for the default policy. */
  ruleNumber: i32;
  /** What the matched rule makes of Basic credentials. */
  basicUse: BasicUse;
}

/** What a gate does with a request. */
@unmanaged
export class Decision extends Judgement {
  /** The cookie domain of the host; null only after a refusal. */
  domain: CookieDomain | null;
  /** The session, or null for an anonymous visitor. */
  session: Session | null;
  /** Whether the client is to be given the session's latest token. */
  isSuperseded: bool;
  /** The session to ask the host about while the request goes on, or null. */
  renewable: Session | null;
  /** Whether the session was not believed for its lease alone, at a gate that can't ask the host. */
  hasRunOut: bool;
  /** What to ask for in place of the portal's login. */
  challenge: Challenge;
  /** The base64 part of the Basic credentials that the decision is about; 0 when it is about none. */
  credentialAt: usize;
  credentialLength: i32;
  /** The address of their digest, DIGEST_KEY_LENGTH bytes in the arena; 0 when they were not looked at. */
  credentialKey: usize;
}

/** Makes a judgement the one that a request without a policy gets: nothing is open to anybody. */
export function clearJudgement(judgement: Judgement): void {
  judgement.outcome = Outcome.Deny;
  judgement.refusal = Refusal.None;
  judgement.loginReason = LoginReason.None;
  judgement.access = Access.Deny;
  judgement.ruleNumber = 0;
  judgement.basicUse = BasicUse.Allow;
}

/** Makes the outcome a refusal, or a login, for this reason, and returns it. */
export function refuse(judgement: Judgement, reason: Refusal): Outcome {
  judgement.refusal = reason;
  judgement.outcome = Outcome.Refuse;
  return Outcome.Refuse;
}

export function askLogin(judgement: Judgement, reason: LoginReason): Outcome {
  judgement.loginReason = reason;
  judgement.outcome = Outcome.Login;
  return Outcome.Login;
}
