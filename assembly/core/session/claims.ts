// The claims of a session token (docs/architecture.md lists them): read from the payload, checked for type and presence. Whether they
// hold is decided elsewhere.
import { decodeBase64url } from "../../encoding/base64url";
import { createJsonReader, JsonKind } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { text } from "../../memory/text";
import { packGroups } from "../identity";
import { amrBit } from "../policy/amr";
import { LIST_DIGEST_BYTES } from "../policy/asked-groups";
import { PROFILE_DIGEST_BYTES } from "./profiles";

const reader = createJsonReader();

/** The names of claims. Those of texts come first and those of times next, each kind in the order of its members below. */
const NAMES = text("iss, aud, sub, sid, name, email, iat, exp, session_exp, auth_time, level, amr, groups");

const enum Name {
  FirstText = 0,
  FirstTime = 6,
  Level = 10,
  Amr,
  Groups,
}


@unmanaged
export class Claims {
  issuerAt: usize;
  issuerLength: i32;
  audienceAt: usize;
  audienceLength: i32;
  /** The user name. */
  subjectAt: usize;
  subjectLength: i32;
  sessionIdAt: usize;
  sessionIdLength: i32;
  nameAt: usize;
  nameLength: i32;
  emailAt: usize;
  emailLength: i32;
  /** Packed as in Identity. */
  groupsAt: usize;
  groupsLength: i32;
  /** In place of groups, of whoever has too many for a token: PROFILE_DIGEST_BYTES that name their profile (profiles.ts). */
  profileAt: usize;
  profileLength: i32;
  /** Which of the groups that a policy asks about they are in, and the digest of its list of them (policy/asked-groups.ts). */
  askedAt: usize;
  askedLength: i32;
  membershipAt: usize;
  membershipLength: i32;
  issuedAt: i64;
  /** The end of the lease. */
  expires: i64;
  /** The end of the session, whatever is renewed. */
  sessionExpires: i64;
  authTime: i64;
  amr: u32;
  /** 0 while the payload has named neither 1 nor 2. */
  level: i32;
}

/** Reads a payload, which this changes. False unless all that a session needs is there, in the right types. */
export function readClaims(claims: Claims, payload: usize, length: i32): bool {
  memory.fill(changetype<usize>(claims), 0, offsetof<Claims>());
  reader.read(payload, length);
  reader.enterObject();
  while (reader.nextKey()) readClaim(claims, length);
  if (!reader.finished()) return false;
  if (claims.profileAt && !decodeReference(claims)) return false;
  const complete = claims.issuerAt && claims.audienceAt && claims.subjectLength > 0 && claims.sessionIdLength > 0;
  return complete && claims.expires > 0 && claims.sessionExpires > 0 && claims.level > 0;
}

function readClaim(claims: Claims, room: i32): void {
  const name = reader.wordIn(NAMES);
  if (name < Name.FirstText) {
    reader.skip();
  } else if (name < Name.FirstTime) {
    reader.stringTo(changetype<usize>(claims) + offsetof<Claims>("issuerAt") + ((<usize>name) << 3));
  } else if (name < Name.Level) {
    const time = changetype<usize>(claims) + offsetof<Claims>("issuedAt") + ((<usize>(name - Name.FirstTime)) << 3);
    store<i64>(time, reader.integer());
  } else if (name == Name.Level) {
    const level = reader.integer();
    claims.level = level == 2 ? 2 : i32(level == 1);
  } else if (name == Name.Amr) {
    claims.amr = 0;
    reader.enterArray();
    while (reader.nextElement() && reader.string()) claims.amr |= amrBit(reader.textAt, reader.textLength);
  } else if (reader.peek() == JsonKind.Object) {
    readReference(claims);
  } else {
    readGroups(claims, room);
  }
}

/** Reads `{"sha512": …, "of": …, "in": …}`. A gate of the version before knows no such groups, and so no such token. */
function readReference(claims: Claims): void {
  reader.enterObject();
  while (reader.nextKey()) {
    const name = reader.wordIn(text("sha512, of, in"));
    if (name < 0) reader.skip();
    else reader.stringTo(changetype<usize>(claims) + offsetof<Claims>("profileAt") + ((<usize>name) << 3));
  }
  if (!claims.profileAt) reader.fail();
}

/** Decodes what stands in place of groups, each where it is. False when one is not base64url, or a digest not as long as it has to be. */
function decodeReference(claims: Claims): bool {
  claims.groupsLength = 0;
  claims.profileLength = decodeBase64url(claims.profileAt, claims.profileLength, claims.profileAt);
  claims.askedLength = decodeBase64url(claims.askedAt, claims.askedLength, claims.askedAt);
  claims.membershipLength = decodeBase64url(claims.membershipAt, claims.membershipLength, claims.membershipAt);
  const isAsked = claims.askedLength == LIST_DIGEST_BYTES || !claims.askedAt;
  return claims.profileLength == PROFILE_DIGEST_BYTES && isAsked && claims.membershipLength >= 0;
}

/** A group of n bytes takes n + 3 in the payload, quotes and comma included, and n + 2 packed: the payload's length is room enough. */
function readGroups(claims: Claims, room: i32): void {
  // A payload that names its groups over and over gets room for them once.
  if (!claims.groupsAt) claims.groupsAt = allocateInArena(room);
  claims.groupsLength = <i32>(packGroups(reader, claims.groupsAt) - claims.groupsAt);
}
