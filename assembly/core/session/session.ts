// A verified session as it is at hand: the identity it proves, its times, and the header values made of it. What is remembered of it
// beyond the request at hand is in the cache's own (kept-session.ts), to which this leads.
import { allocateInArena } from "../../memory/arena";
import { setSlice, Slice } from "../../memory/slice";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { isRevoked, notBeforeOf } from "../bundle/revocations";
import { clear, equal } from "../../memory/bytes";
import { startsWithText } from "../../memory/text";
import { Identity, SOURCE, UnknownGroups } from "../identity";
import { isListDigest, listAskedGroups } from "../policy/asked-groups";
import { Policy } from "../policy/policy";
import { Claims } from "./claims";
import { cookieAt } from "./cookies";
import { draftSession, hasShortId, idOf, KeptSession, toTime } from "./kept-session";
import { findProfile } from "./profiles";
import { PublicKey } from "./public-key";
import { draftOf, draftTexts, firstText, secondText, Texts, thirdText } from "./shared-texts";


@unmanaged
export class Session extends Identity {
  kept: KeptSession;
  /**
   * Its token: in the Set-Cookie that brought it, while that is kept, or else in the request at hand, where a session has been
   * found. Until the end of that callback.
   */
  tokenAt: usize;
  tokenLength: i32;
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
  /** The Set-Cookie that brought this token, for clients that still send the one before; length 0 when there is none to give. */
  setCookieAt: usize;
  setCookieLength: i32;
  /**
   * The digest of the user's profile, whose token does not hold it; 0 when it does. The groups, and where they are not in the token name
   * and address too, then are those that were found for the request at hand (`takeProfile`, `takeMembership`).
   */
  profileAt: usize;
  /** LIST_DIGEST_BYTES of the list of groups that the token tells of; 0 for none. Then a bit for each group of the list. */
  askedAt: usize;
  membershipAt: usize;
  membershipLength: i32;
}

/** The session that is kept like this, at hand until the end of the callback. */
export function takeInHand(kept: KeptSession): Session {
  const session = changetype<Session>(allocateInArena(offsetof<Session>()));
  clear(changetype<usize>(session), offsetof<Session>());
  session.kept = kept;
  session.level = kept.level;
  session.amr = kept.amr;
  session.authTime = kept.authTime;
  const person = kept.person;
  session.nameAt = firstText(person);
  session.nameLength = person.firstLength;
  session.displayNameAt = secondText(person);
  session.displayNameLength = person.secondLength;
  session.emailAt = thirdText(person);
  session.emailLength = person.thirdLength;
  session.sessionIdAt = idOf(kept);
  session.sessionIdLength = kept.idLength;
  const groups = kept.groups;
  if (kept.hasReference) {
    session.profileAt = firstText(groups);
    if (groups.secondLength > 0) session.askedAt = secondText(groups);
    session.membershipAt = thirdText(groups);
    session.membershipLength = groups.thirdLength;
  } else {
    session.groupsAt = firstText(groups);
    session.groupsLength = groups.firstLength;
    session.groupListAt = secondText(groups);
    session.groupListLength = groups.secondLength;
  }
  const cookie = cookieAt(kept.cookie);
  if (cookie) {
    session.setCookieAt = cookie;
    session.setCookieLength = kept.cookieLength;
    session.tokenAt = cookie + kept.tokenStart;
    session.tokenLength = kept.tokenLength;
  }
  return session;
}

/** The session of claims as one would keep it, in the arena. */
export function writeSession(claims: Claims, key: PublicKey): KeptSession {
  const draft = draftSession();
  draft.origin = draftOf(
    key.kidAt,
    key.kidLength,
    claims.issuerAt,
    claims.issuerLength,
    claims.audienceAt,
    claims.audienceLength,
  );
  draft.person = draftOf(
    claims.subjectAt,
    claims.subjectLength,
    claims.nameAt,
    headerLength(claims.nameAt, claims.nameLength),
    claims.emailAt,
    headerLength(claims.emailAt, claims.emailLength),
  );
  draft.groups = groupsOf(claims);
  draft.hasReference = claims.profileAt != 0;
  draft.idLength = <u16>claims.sessionIdLength;
  if (hasShortId(claims.sessionIdLength)) memory.copy(idOf(draft), claims.sessionIdAt, claims.sessionIdLength);
  else draft.longId = draftOf(claims.sessionIdAt, claims.sessionIdLength, 0, 0, 0, 0);
  draft.issuedAt = toTime(claims.issuedAt);
  draft.expires = toTime(claims.expires);
  draft.sessionExpires = toTime(claims.sessionExpires);
  draft.authTime = toTime(claims.authTime);
  draft.level = <u8>claims.level;
  draft.amr = claims.amr;
  return draft;
}

function groupsOf(claims: Claims): Texts {
  if (claims.profileAt) {
    return draftOf(
      claims.profileAt,
      claims.profileLength,
      claims.askedAt,
      claims.askedLength,
      claims.membershipAt,
      claims.membershipLength,
    );
  }
  // The list takes no more than the groups packed.
  const texts = draftTexts(2 * claims.groupsLength);
  texts.firstLength = <u16>claims.groupsLength;
  memory.copy(firstText(texts), claims.groupsAt, claims.groupsLength);
  const list = secondText(texts);
  texts.secondLength = <u16>(writeGroupList(list, claims.groupsAt, claims.groupsLength) - list);
  return texts;
}

/** Completes a session, whose token does not hold it, with its user's profile, for the request at hand. False when it is not known. */
export function takeProfile(session: Session): bool {
  const profile = findProfile(session.profileAt);
  if (!profile) return false;
  session.unknown = UnknownGroups.None;
  session.isMissed = false;
  session.groupsAt = profile.groupsAt;
  session.groupsLength = profile.groupsLength;
  session.displayNameAt = profile.nameAt;
  session.displayNameLength = headerLength(profile.nameAt, profile.nameLength);
  session.emailAt = profile.emailAt;
  session.emailLength = headerLength(profile.emailAt, profile.emailLength);
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
  session.groupListLength = <i32>(
    (writeGroupList(session.groupListAt, session.groupsAt, session.groupsLength) - session.groupListAt)
  );
  return true;
}

/** The length of what can stand in a header, and 0 for what cannot. */
function headerLength(at: usize, length: i32): i32 {
  return isHeaderValue(at, length) ? length : 0;
}

/**
 * Writes packed groups as Remote-Groups has them, and returns where they end; they take no more than packed. A group that would
 * become another one, or a header, downstream is left out (commas, blanks at the ends, control characters), and so is what is no group.
 */
function writeGroupList(target: usize, groupsAt: usize, groupsLength: i32): usize {
  let to = target;
  let group = groupsAt;
  const end = group + groupsLength;
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
export function admit(kept: KeptSession, bundle: Bundle): bool {
  if (kept.epoch == bundle.epoch) return true;
  const origin = kept.origin;
  let key = bundle.keys;
  while (key && !equal(key.kidAt, key.kidLength, firstText(origin), origin.firstLength)) key = key.next;
  if (!key) return false;
  const domain = domainOf(origin, bundle.domains);
  if (!domain) return false;
  if (isRevoked(bundle.revocations.sessions, idOf(kept), kept.idLength)) return false;
  const person = kept.person;
  if (<i64>kept.issuedAt < notBeforeOf(bundle.revocations.users, firstText(person), person.firstLength)) return false;
  kept.domain = domain;
  kept.epoch = bundle.epoch;
  return true;
}

function domainOf(origin: Texts, domains: CookieDomain | null): CookieDomain | null {
  for (let domain = domains; domain !== null; domain = domain!.next) {
    if (
      equal(domain.domainAt, domain.domainLength, thirdText(origin), origin.thirdLength) &&
      equal(domain.portalAt, domain.portalLength, secondText(origin), origin.secondLength)
    ) {
      return domain;
    }
  }
  return null;
}
