// The bundle: everything a gate decides with. It comes as a JWS signed by a root key that the gate's config pins, or in that
// config itself, and replaces the one before as a whole or not at all. What was revoked since can come by itself (feed.ts).
import { createJsonReader } from "../../encoding/json";
import { createRegion, Region } from "../../memory/region";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { compilePolicy, freePolicy } from "../policy/compile";
import { Policy } from "../policy/policy";
import { Problem } from "../policy/problem";
import { resetRegexCaches } from "../regex";
import { decodePayload, isSignedBy, Jws, keyOfHeader, splitJws } from "../session/jws";
import { PublicKey, readPublicKeys } from "../session/public-key";
import { CookieDomain, lengthsInDomains, readCookieDomains } from "./cookie-domain";
import { createRevocations, readNotBefore, readRevokedSessions, Revocations } from "./revocations";

/** `typ` of a bundle's header, so that no other JWS of a root key can pass for one (RFC 8725 §3.11). */
const BUNDLE_TYPE = text("zerohop-bundle+jwt");


@unmanaged
export class Bundle {
  region: Region;
  /** Tells this bundle from all others, so that what was derived from one knows whether it still holds. Never 0. */
  epoch: u32;
  version: i64;
  /** When the host signed it, in seconds since the epoch. */
  issuedAt: i64;
  /** For how long after its lease a session is believed when the host can't be asked, in seconds. */
  outageGrace: i64;
  keys: PublicKey | null;
  domains: CookieDomain | null;
  /** The lengths of the domains' identity headers. */
  identityLengths: u64;
  policy: Policy;
  /** What the host calls all of it but the revocations, version and time: what it tells of these alone holds for this. Length 0 for none. */
  baseAt: usize;
  baseLength: i32;
  revocations: Revocations;
}

/** What became of an offered bundle. */
export const enum BundleResult {
  Accepted,
  /** The same version and time of signing as the current one: nothing to do. */
  Unchanged,
  /** Not a JWS of ours, or not signed by a pinned root key. */
  BadSignature,
  /** Signed, but not what a bundle looks like. */
  Malformed,
  /** Its policy does not compile; the problem says why. */
  BadPolicy,
  /** Older than the current one. */
  RolledBack,
  /** Revocations that were added to the current bundle. */
  Extended,
  /** Revocations that do not go on from the current bundle. */
  Gap,
}

/**
 * The bundle in force, or null before the first. A variable, for it is replaced as a whole while shells hold what they derived
 * from the one before; the core gets it as an argument.
 */
export let bundle: Bundle | null = null;
/** How many bundles were offered so far. */
let epochs: u32 = 0;

const reader = createJsonReader();

const signed: Jws = changetype<Jws>(memory.data(offsetof<Jws>(), 8));
const payload: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Offers a signed bundle. `problem` then has why its policy does not compile, where that is the result. */
export function offerSignedBundle(problem: Problem, at: usize, length: i32, rootKeys: PublicKey | null): BundleResult {
  if (!splitJws(signed, at, length)) return BundleResult.BadSignature;
  const key = keyOfHeader(signed, rootKeys, BUNDLE_TYPE);
  if (!key || !isSignedBy(signed, key)) return BundleResult.BadSignature;
  if (!decodePayload(payload, signed)) return BundleResult.Malformed;
  return offerBundle(problem, payload.at, payload.length);
}

/**
 * Offers a bundle that stands in a configuration: a JWS as a text, or the payload itself, in the shape that Traefik gives it as well. Reading
 * changes the bytes.
 */
export function offerInlineBundle(problem: Problem, at: usize, length: i32, rootKeys: PublicKey | null): BundleResult {
  if (load<u8>(at) != 0x22) {
    reader.isLoose = true;
    const result = offerBundle(problem, at, length);
    reader.isLoose = false;
    return result;
  }
  reader.read(at, length);
  reader.string();
  return offerSignedBundle(problem, reader.textAt, reader.textLength, rootKeys);
}

/** Offers a bundle that is trusted for where it comes from, as JSON; reading changes the bytes. */
export function offerBundle(problem: Problem, at: usize, length: i32): BundleResult {
  const region = createRegion();
  const offered = changetype<Bundle>(region.allocate(offsetof<Bundle>()));
  offered.region = region;
  beginEpoch(offered);
  offered.version = -1;
  offered.revocations = createRevocations();

  const result = readBundle(offered, problem, at, length);
  if (result == BundleResult.Accepted) replaceBundle(offered);
  else free(offered);
  return result;
}

/** Has everybody look at the bundle anew. */
export function beginEpoch(changed: Bundle): void {
  changed.epoch = ++epochs;
}

/** Leaves the gate with nothing to decide with. */
export function dropBundle(): void {
  replaceBundle(null);
}

function replaceBundle(offered: Bundle | null): void {
  const previous = bundle;
  bundle = offered;
  if (!previous) return;
  freePolicy(previous.policy);
  free(previous);
  resetRegexCaches();
}

function free(unused: Bundle): void {
  unused.revocations.region.free();
  unused.region.free();
}

function readBundle(offered: Bundle, problem: Problem, at: usize, length: i32): BundleResult {
  let policyAt: usize = 0;
  let policyLength = 0;
  let until: i64 = 0;
  reader.read(at, length);
  reader.enterObject();
  while (reader.nextKey()) {
    switch (
      reader.wordIn(
        text("version, iat, keys, cookies, policy, revoked_sessions, not_before, outage_grace, base, until"),
      )
    ) {
      case 0:
        offered.version = reader.integer();
        break;
      case 1:
        offered.issuedAt = reader.integer();
        break;
      case 2:
        offered.keys = readPublicKeys(offered.region, reader);
        break;
      case 3:
        offered.domains = readCookieDomains(offered.region, reader);
        offered.identityLengths = lengthsInDomains(offered.domains);
        break;
      case 4:
        policyAt = reader.valueStart();
        reader.skip();
        policyLength = <i32>(reader.cursor - policyAt);
        break;
      case 5:
        readRevokedSessions(offered.revocations, reader, until);
        break;
      case 6:
        readNotBefore(offered.revocations, reader, until);
        break;
      case 7:
        offered.outageGrace = max(reader.integer(), 0);
        break;
      case 8:
        offered.baseAt = reader.keepString(offered.region);
        offered.baseLength = reader.textLength;
        break;
      case 9:
        // Before the revocations that it is about, or they are kept as long as the bundle is.
        until = reader.integer();
        break;
      default:
        reader.skip();
    }
  }
  if (!reader.finished() || offered.version < 0 || !offered.domains || !policyAt) return BundleResult.Malformed;

  const order = compareToCurrent(offered.version, offered.issuedAt);
  if (order != BundleResult.Accepted) return order;
  const policy = compilePolicy(problem, policyAt, policyLength, reader.isLoose);
  if (!policy) return BundleResult.BadPolicy;
  offered.policy = policy;
  return BundleResult.Accepted;
}

/** Neither the version nor, within one version, the time of signing may go back. */
export function compareToCurrent(version: i64, issuedAt: i64): BundleResult {
  const current = bundle;
  if (!current) return BundleResult.Accepted;
  if (version != current.version) return version > current.version ? BundleResult.Accepted : BundleResult.RolledBack;
  if (issuedAt == current.issuedAt) return BundleResult.Unchanged;
  return issuedAt > current.issuedAt ? BundleResult.Accepted : BundleResult.RolledBack;
}
