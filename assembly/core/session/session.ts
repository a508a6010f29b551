// A verified session token as the gate keeps it: the identity it proves, its times, and the header values made of it once.
// Sessions live in the cache's segments, each one block: this object, then the bytes it points to.
import { allocateInArena } from "../../memory/arena";
import { setSlice, Slice } from "../../memory/slice";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { isRevoked, notBeforeOf } from "../bundle/revocations";
import { equal } from "../../memory/bytes";
import { startsWithText } from "../../memory/text";
import { Identity, SOURCE, UnknownGroups } from "../identity";
import { isListDigest, listAskedGroups } from "../policy/asked-groups";
import { Policy } from "../policy/policy";
import { Claims } from "./claims";
import { findProfile } from "./profiles";
import { PublicKey } from "./public-key";


@unmanaged
export class Session extends Identity {
  /** The first half of the digest that the cache finds it by. */
  digest: u64;
  /** Where what it has of its own ends. */
  end: usize;
  /**
   * Its token: in the Set-Cookie that brought it, or else in the request at hand, where a session has been found. Until the
   * end of that callback.
   */
  tokenAt: usize;
  tokenLength: i32;
  kidAt: usize;
  kidLength: i32;
  issuerAt: usize;
  issuerLength: i32;
  audienceAt: usize;
  audienceLength: i32;
  sessionIdAt: usize;
  sessionIdLength: i32;
  /** Remote-Groups: the groups, comma between. */
  groupListAt: usize;
  groupListLength: i32;
  /** Remote-Name. */
  displayNameAt: usize;
  displayNameLength: i32;
  /** Remote-Email. */
  emailAt: usize;
  emailLength: i32;
  /** The Set-Cookie that brought this token, for clients that still send the one before; length 0 when a client brought it. */
  setCookieAt: usize;
  setCookieLength: i32;
  issuedAt: i64;
  /** End of the lease, in seconds. */
  expires: i64;
  sessionExpires: i64;
  /** The time from which the host is asked for a new lease. */
  renewAt: i64;
  /** Where in the cache this is, and where the session of the next lease; 0 for nowhere. */
  position: u64;
  successor: u64;
  /** Whether the host has said that the session is over. */
  hasEnded: bool;
  /** Whether it comes from a Basic credential and lives no longer than that is believed. */
  isBasic: bool;
  /** How often in a row the host, which answers otherwise, had no answer about this session. */
  unanswered: u8;
  /** The bundle epoch in which `admit` last said yes. */
  epoch: u32;
  /** The cookie domain of that epoch. */
  domain: CookieDomain | null;
  /**
   * The digest of the user's profile, whose token does not hold it; 0 when it does. The groups, and where they are not in the token name
   * and address too, then are those that were found for the request at hand (`takeProfile`, `takeMembership`).
   */
  profileAt: usize;
  /** LIST_DIGEST_BYTES of the list of groups that the token tells of; 0 for none. Then a bit for each group of the list. */
  askedAt: usize;
  membershipAt: usize;
  membershipLength: i32;
  /** Where answers come by files: when the last one about this session was written, in seconds since the epoch; 0 before the first. */
  answeredAt: u32;
}

/** Bytes a session of these claims takes. */
export function sizeOfSession(claims: Claims, kidLength: i32): usize {
  const texts =
    claims.subjectLength +
    claims.issuerLength +
    claims.audienceLength +
    claims.sessionIdLength +
    claims.nameLength +
    claims.emailLength +
    claims.groupsLength * 2 +
    claims.profileLength +
    claims.askedLength +
    claims.membershipLength;
  return offsetof<Session>() + <usize>(texts + kidLength);
}

/** Copies bytes to the end of what a session has of its own, for which there must be room. Returns where they are. */
function keep(session: Session, at: usize, length: i32): usize {
  const target = session.end;
  memory.copy(target, at, length);
  session.end = target + length;
  return target;
}

/** Makes a session of zeros at this address, with nothing of its own yet. */
export function beginSession(at: usize): Session {
  memory.fill(at, 0, offsetof<Session>());
  const session = changetype<Session>(at);
  session.end = at + offsetof<Session>();
  return session;
}

/** Fills a session that has just begun, and has `sizeOfSession` bytes. */
export function writeSession(session: Session, claims: Claims, key: PublicKey): void {
  session.kidAt = keep(session, key.kidAt, key.kidLength);
  session.kidLength = key.kidLength;
  session.issuerAt = keep(session, claims.issuerAt, claims.issuerLength);
  session.issuerLength = claims.issuerLength;
  session.audienceAt = keep(session, claims.audienceAt, claims.audienceLength);
  session.audienceLength = claims.audienceLength;
  session.sessionIdAt = keep(session, claims.sessionIdAt, claims.sessionIdLength);
  session.sessionIdLength = claims.sessionIdLength;
  session.nameAt = keep(session, claims.subjectAt, claims.subjectLength);
  session.nameLength = claims.subjectLength;
  takeName(session, keep(session, claims.nameAt, claims.nameLength), claims.nameLength);
  takeEmail(session, keep(session, claims.emailAt, claims.emailLength), claims.emailLength);
  session.groupsAt = keep(session, claims.groupsAt, claims.groupsLength);
  session.groupsLength = claims.groupsLength;
  session.issuedAt = claims.issuedAt;
  session.expires = claims.expires;
  session.sessionExpires = claims.sessionExpires;
  session.authTime = claims.authTime;
  session.level = claims.level;
  session.amr = claims.amr;
  if (claims.profileAt) {
    session.profileAt = keep(session, claims.profileAt, claims.profileLength);
    if (claims.askedAt) session.askedAt = keep(session, claims.askedAt, claims.askedLength);
    session.membershipAt = keep(session, claims.membershipAt, claims.membershipLength);
    session.membershipLength = claims.membershipLength;
  } else {
    session.groupListAt = session.end;
    session.end = writeGroupList(session.end, session);
    session.groupListLength = <i32>(session.end - session.groupListAt);
  }
}

/** Completes a session, whose token does not hold it, with its user's profile, for the request at hand. False when it is not known. */
export function takeProfile(session: Session): bool {
  const profile = findProfile(session.profileAt);
  if (!profile) return false;
  session.unknown = UnknownGroups.None;
  session.isMissed = false;
  session.groupsAt = profile.groupsAt;
  session.groupsLength = profile.groupsLength;
  takeName(session, profile.nameAt, profile.nameLength);
  takeEmail(session, profile.emailAt, profile.emailLength);
  return listGroups(session);
}

/**
 * Completes a session, whose token does not hold its user's profile, with those groups that its token can tell of, for the request at
 * hand. False when that is about another policy.
 */
export function takeMembership(session: Session, policy: Policy): bool {
  session.isMissed = false;
  session.unknown = session.askedAt ? UnknownGroups.Unnamed : UnknownGroups.All;
  setSlice(asked, 0, 0);
  if (session.askedAt) {
    if (!isListDigest(policy, session.askedAt)) return false;
    if (!listAskedGroups(asked, policy, session.membershipAt, session.membershipLength)) return false;
  }
  session.groupsAt = asked.at;
  session.groupsLength = asked.length;
  return listGroups(session);
}

const asked: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function listGroups(session: Session): bool {
  session.groupListAt = allocateInArena(session.groupsLength);
  if (!session.groupListAt) return false;
  session.groupListLength = <i32>(writeGroupList(session.groupListAt, session) - session.groupListAt);
  return true;
}

function takeName(session: Session, at: usize, length: i32): void {
  session.displayNameAt = at;
  session.displayNameLength = isHeaderValue(at, length) ? length : 0;
}

function takeEmail(session: Session, at: usize, length: i32): void {
  session.emailAt = at;
  session.emailLength = isHeaderValue(at, length) ? length : 0;
}

/**
 * Keeps the Set-Cookie that brought a session, for which there must be room behind it. In it is the token, so many bytes from its
 * start.
 */
export function attachSetCookie(session: Session, at: usize, length: i32, token: i32, tokenLength: i32): void {
  session.setCookieAt = keep(session, at, length);
  session.setCookieLength = length;
  session.tokenAt = session.setCookieAt + token;
  session.tokenLength = tokenLength;
}

/**
 * Writes an identity's groups as Remote-Groups has them, and returns where they end; they take no more than packed. A group that would
 * become another one, or a header, downstream is left out (commas, blanks at the ends, control characters), and so is what is no group.
 */
function writeGroupList(target: usize, identity: Identity): usize {
  let to = target;
  let group = identity.groupsAt;
  const end = group + identity.groupsLength;
  while (group < end) {
    const length: i32 = load<u16>(group);
    if (isHeaderName(group + 2, length) && !hasComma(group + 2, length) && !startsWithText(group + 2, length, SOURCE)) {
      if (to > target) store<u8>(to++, 0x2c);
      memory.copy(to, group + 2, length);
      to += length;
    }
    group += 2 + length;
  }
  return to;
}

/** Whether bytes can stand in a header: no control characters. */
export function isHeaderValue(at: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

/** Whether bytes, at least one, can name someone in a header: a blank at either end would be trimmed on the way. */
export function isHeaderName(at: usize, length: i32): bool {
  return isHeaderValue(at, length) && load<u8>(at) != 0x20 && load<u8>(at + length - 1) != 0x20;
}

function hasComma(at: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) == 0x2c) return true;
  }
  return false;
}

/**
 * Whether the bundle stands behind a session whose signature was right: its key is still published, issuer and audience are
 * a cookie domain of the bundle, and neither the session nor its user has been revoked. Remembered for the bundle's epoch.
 */
export function admit(session: Session, bundle: Bundle): bool {
  if (session.epoch == bundle.epoch) return true;
  let key = bundle.keys;
  while (key && !equal(key.kidAt, key.kidLength, session.kidAt, session.kidLength)) key = key.next;
  if (!key) return false;
  const domain = domainOf(session, bundle.domains);
  if (!domain) return false;
  if (isRevoked(bundle.revokedSessions, session.sessionIdAt, session.sessionIdLength)) return false;
  if (session.issuedAt < notBeforeOf(bundle.notBefore, session.nameAt, session.nameLength)) return false;
  session.domain = domain;
  session.epoch = bundle.epoch;
  return true;
}

function domainOf(session: Session, domains: CookieDomain | null): CookieDomain | null {
  for (let domain = domains; domain !== null; domain = domain!.next) {
    if (
      equal(domain.domainAt, domain.domainLength, session.audienceAt, session.audienceLength) &&
      equal(domain.portalAt, domain.portalLength, session.issuerAt, session.issuerLength)
    ) {
      return domain;
    }
  }
  return null;
}
