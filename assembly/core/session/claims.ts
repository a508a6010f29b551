// The claims of a session token (docs/architecture.md lists them): read from the payload, checked for type and presence. Whether they
// hold is decided elsewhere.
import { createJsonReader } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { text } from "../../memory/text";
import { amrBit } from "../policy/amr";

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
  } else {
    readGroups(claims, room);
  }
}

/** A group of n bytes takes n + 3 in the payload, quotes and comma included, and n + 2 packed: the payload's length is room enough. */
function readGroups(claims: Claims, room: i32): void {
  // A payload that names its groups over and over gets room for them once.
  if (!claims.groupsAt) claims.groupsAt = allocateInArena(room);
  let to = claims.groupsAt;
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    const length = reader.textLength;
    if (length == 0) continue;
    store<u16>(to, <u16>length);
    memory.copy(to + 2, reader.textAt, length);
    to += 2 + length;
  }
  claims.groupsLength = <i32>(to - claims.groupsAt);
}
