// Bundles and claims as the fuzzer drives them: without the signatures that keep such bytes out of a gate.
import { bundle, offerBundle } from "../../../../assembly/core/bundle/bundle";
import { decide } from "../../../../assembly/core/decide/decide";
import { client, decision, request } from "../../../../assembly/core/current";
import { clearRequest } from "../../../../assembly/core/request";
import { beginClient } from "../../../../assembly/core/policy/client";
import { HostState } from "../../../../assembly/core/session/lease";
import { Claims, readClaims } from "../../../../assembly/core/session/claims";
import { createProblem, Problem } from "../../../../assembly/core/policy/problem";
import { PublicKey } from "../../../../assembly/core/session/public-key";
import { createCache, keepSession, sessionAt, positionOf } from "../../../../assembly/core/session/cache";
import { admit, Session, takeInHand, takeMembership, writeSession } from "../../../../assembly/core/session/session";
import {
  findProfile,
  keepProfile,
  limitProfiles,
  PROFILE_DIGEST_BYTES,
} from "../../../../assembly/core/session/profiles";
import { final, init, Sha512, SHA512_BYTES, update } from "../../../../assembly/crypto/sha512";
import { text } from "../../../../assembly/memory/text";
import { equal } from "../../../../assembly/memory/bytes";

export { allocateInArena as allocate, resetArena } from "../../../../assembly/memory/arena";

const GET = text("GET");
const HTTPS = text("https");
const HOST = text("app.example.com");
const PATH = text("/a;b?c=d");
const claims: Claims = changetype<Claims>(memory.data(offsetof<Claims>(), 8));
const problem: Problem = createProblem();
const key: PublicKey = changetype<PublicKey>(memory.data(offsetof<PublicKey>(), 8));

/** Offers a bundle; returns a BundleResult. */
export function offer(at: usize, length: i32): i32 {
  return offerBundle(problem, at, length);
}

/** Asks the bundle in force about a request; returns an Outcome and the rule. */
export function ask(now: f64): i32 {
  clearRequest(request);
  beginClient(client, () => false);
  request.methodAt = GET.at;
  request.methodLength = GET.length;
  request.schemeAt = HTTPS.at;
  request.schemeLength = HTTPS.length;
  request.authorityAt = HOST.at;
  request.authorityLength = HOST.length;
  request.pathAt = PATH.at;
  request.pathLength = PATH.length;
  const outcome = decide(decision, request, bundle, <i64>now, 0, HostState.None, HostState.None);
  return outcome | (decision.ruleNumber << 4);
}

limitProfiles(1 << 20);
const digest: usize = memory.data(64, 8);

/**
 * Keeps a profile under its own digest: 0 when it is none, -1 when it reaches beyond its memory or is not found again, else 1 and the
 * bytes of its groups.
 */
export function profileOf(at: usize, length: i32): i32 {
  init(sha512);
  update(sha512, at, length);
  final(sha512, digest);
  const isKept = keepProfile(digest, at, length);
  const profile = findProfile(digest);
  if ((profile != null) != isKept) return -1;
  if (!profile) return 0;
  const texts = profile.groupsLength + profile.nameLength + profile.emailLength;
  return <u32>texts > profile.size - PROFILE_DIGEST_BYTES ? -1 : 1 + profile.groupsLength;
}

const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));

createCache(1 << 20, memory.data(32));

/**
 * Makes a session of claims and keeps it: 0 when they are none, -1 when it is another one in the cache, -2 when its group list is longer
 * than all groups together, 2 when there was no room to keep it, else 1.
 */
export function sessionOf(payload: usize, length: i32): i32 {
  if (!readClaims(claims, payload, length)) return 0;
  const draft = writeSession(claims, key);
  const session = takeInHand(draft);
  const kept = keepSession(draft, payload, length, 0);
  if (kept && !isSame(session, kept)) return -1;
  if (kept && !isSame(session, sessionAt(positionOf(kept))!)) return -1;
  const current = bundle;
  if (session.profileAt && current) takeMembership(session, current.policy);
  if (session.groupListLength > session.groupsLength) return -2;
  if (current) admit(draft, current);
  return kept ? 1 : 2;
}

function isSame(a: Session, b: Session): bool {
  return (
    equal(a.nameAt, a.nameLength, b.nameAt, b.nameLength) &&
    equal(a.groupsAt, a.groupsLength, b.groupsAt, b.groupsLength) &&
    equal(a.groupListAt, a.groupListLength, b.groupListAt, b.groupListLength) &&
    equal(a.displayNameAt, a.displayNameLength, b.displayNameAt, b.displayNameLength) &&
    equal(a.emailAt, a.emailLength, b.emailAt, b.emailLength) &&
    equal(a.sessionIdAt, a.sessionIdLength, b.sessionIdAt, b.sessionIdLength) &&
    equal(a.membershipAt, a.membershipLength, b.membershipAt, b.membershipLength) &&
    a.kept.expires == b.kept.expires
  );
}
