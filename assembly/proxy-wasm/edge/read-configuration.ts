// Reads the plugin configuration: JSON as `zerohop gate config` prints it. One that can't be used is answered with a line for the
// log, and with 503 for every request, for then the gate has nothing to decide with.
import { createProblem, Problem } from "../../core/policy/problem";
import { bundle, BundleResult, offerInlineBundle } from "../../core/bundle/bundle";
import { writeBundleResult } from "../../core/bundle/write-result";
import {
  DEFAULT_MAX_STALE,
  limitProblem,
  makeSecret,
  NOT_NETWORKS,
  NOT_ROOT_KEYS,
} from "../../core/gate-configuration";
import { readNetworks } from "../../core/policy/network";
import { keepDigestSecret } from "../../core/session/basic-session";
import { createCache } from "../../core/session/cache";
import { limitProfiles } from "../../core/session/profiles";
import { areSameKeys, readPublicKeys } from "../../core/session/public-key";
import { DIGEST_BYTES } from "../../crypto/sha512";
import { createJsonReader, JsonKind } from "../../encoding/json";
import { Writer } from "../../encoding/writer";
import { allocateInArena } from "../../memory/arena";
import { createRegion, Region } from "../../memory/region";
import { isText, text, Text } from "../../memory/text";
import { nanoseconds } from "../abi/clock";
import { beginLineIn } from "../abi/log";
import { fillRandom } from "../abi/random";
import { AccessLog, clearConfiguration, Configuration, SessionSetCookies } from "./configuration";

const KEYS = text(
  "root_keys, edge_token, host_cluster, host_authority, max_stale, cache_bytes, bundle, trusted_proxies, access_log, " +
    "drop_session_set_cookie, edge_token_variable",
);

/** The most, which is taken when there are so many sessions: 50,000 on this worker while they are renewed, or 100,000. */
const DEFAULT_CACHE_BYTES: i64 = 32 * 1024 * 1024;

/** Makes a complete configuration one of its proxy's, with what it keeps in `region`. Returns what is wrong with it there, or null. */
type Adapt = (configuration: Configuration, region: Region) => Text | null;

const reader = createJsonReader();

/**
 * Reads a configuration, whose bytes this changes, and puts it in force, with the session cache and the bundle that belong to it. False
 * when it can't be used: then it says nothing, and `complaint` is the line that says why, in the arena.
 */
export function readConfiguration(
  configuration: Configuration,
  at: usize,
  length: i32,
  adapt: Adapt,
  complaint: Writer,
): bool {
  clearConfiguration(configuration);
  if (length == 0) return refuse(complaint, text("missing, see `zerohop gate config`"));
  const region = createRegion();
  const source = region.copy(at, length);
  configuration.region = region;
  if (!readMembers(configuration, region, at, length, adapt, complaint)) {
    clearConfiguration(configuration);
    return false;
  }
  createSessionCache(source, length, configuration.cacheBytes);
  configuration.sourceAt = source;
  configuration.sourceLength = length;
  return true;
}

function readMembers(
  configuration: Configuration,
  region: Region,
  at: usize,
  length: i32,
  adapt: Adapt,
  complaint: Writer,
): bool {
  let bundleAt: usize = 0;
  let bundleLength = 0;
  let isMaxStaleGiven = false;
  configuration.cacheBytes = DEFAULT_CACHE_BYTES;
  reader.read(at, length);
  if (reader.peek() != JsonKind.Object) return refuse(complaint, NO_OBJECT);
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(KEYS)) {
      case 0:
        configuration.rootKeys = readPublicKeys(region, reader);
        if (!configuration.rootKeys) return refuse(complaint, NOT_ROOT_KEYS);
        break;
      case 1:
        configuration.edgeTokenAt = reader.keepString(region);
        configuration.edgeTokenLength = reader.textLength;
        break;
      case 2:
        configuration.clusterAt = reader.keepString(region);
        configuration.clusterLength = reader.textLength;
        break;
      case 3:
        configuration.authorityAt = reader.keepString(region);
        configuration.authorityLength = reader.textLength;
        break;
      case 4:
        configuration.maxStale = reader.integer();
        isMaxStaleGiven = true;
        break;
      case 5:
        configuration.cacheBytes = reader.integer();
        break;
      case 6:
        bundleAt = reader.valueStart();
        reader.skip();
        bundleLength = <i32>(reader.cursor - bundleAt);
        break;
      case 7:
        configuration.trustedProxies = readNetworks(region, reader);
        if (reader.failed) return refuse(complaint, NOT_NETWORKS);
        break;
      case 8: {
        reader.string();
        const word = reader.wordIn(text("refused, all, off"));
        if (word < 0) return refuse(complaint, text("access_log: must be refused, all or off"));
        configuration.accessLog = <AccessLog>word;
        break;
      }
      case 9:
        if (reader.peek() != JsonKind.Boolean) {
          return refuse(complaint, text("drop_session_set_cookie: must be true or false"));
        }
        configuration.sessionSetCookies =
          load<u8>(reader.valueStart()) == 0x74 ? SessionSetCookies.Dropped : SessionSetCookies.Pass;
        reader.skip();
        break;
      case 10:
        configuration.edgeTokenVariableAt = reader.keepString(region);
        configuration.edgeTokenVariableLength = reader.textLength;
        break;
      default:
        return refuseKey(complaint, reader.textAt, reader.textLength);
    }
  }
  if (!reader.finished()) {
    return refuse(complaint, text("not valid JSON, or a value of another type than expected"));
  }
  if (configuration.clusterLength > 0 && !isMaxStaleGiven) configuration.maxStale = DEFAULT_MAX_STALE;
  const missing = whatIsWrong(configuration, bundleAt != 0);
  if (missing) return refuse(complaint, missing);
  const unfit = adapt(configuration, region);
  if (unfit) return refuse(complaint, unfit);
  return bundleAt == 0 || offerInline(configuration, bundleAt, bundleLength, complaint);
}

/** What is wrong with a configuration for every proxy, or null. */
function whatIsWrong(configuration: Configuration, hasBundle: bool): Text | null {
  const beyond = limitProblem(configuration.maxStale, configuration.cacheBytes);
  if (beyond) return beyond;
  if (configuration.clusterLength == 0) return hasBundle ? null : text("either host_cluster or bundle is needed");
  if (!configuration.rootKeys) return text("root_keys is needed with host_cluster");
  if ((configuration.edgeTokenLength == 0) == (configuration.edgeTokenVariableLength == 0)) {
    return text("edge_token is needed with host_cluster, or else edge_token_variable");
  }
  return configuration.authorityLength == 0 ? text("host_authority is needed with host_cluster") : null;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/** Takes the bundle of the configuration itself, unless there is one already. */
function offerInline(configuration: Configuration, at: usize, length: i32, complaint: Writer): bool {
  if (bundle) return true;
  const result = offerInlineBundle(problem, at, length, configuration.rootKeys);
  if (result == BundleResult.Accepted) {
    // Nothing is added to it: workers share what the host has given, and this it has not.
    bundle!.baseLength = 0;
    return true;
  }
  beginComplaint(complaint);
  complaint.text(text("bundle: "));
  writeBundleResult(complaint, result, problem);
  return false;
}

/**
 * Whether an offered configuration has the root keys of the one in force, and so is the same host's, changed. `isWithoutKeys` is the
 * answer for one that has none.
 */
export function isOfSameHost(configuration: Configuration, at: usize, length: i32, isWithoutKeys: bool): bool {
  const offered = allocateInArena(length);
  if (!offered) return false;
  memory.copy(offered, at, length);
  reader.read(offered, length);
  reader.enterObject();
  while (reader.nextKey()) {
    if (!isText(reader.textAt, reader.textLength, text("root_keys"))) {
      reader.skip();
      continue;
    }
    const scratch = createRegion();
    const keys = readPublicKeys(scratch, reader);
    const isSame = keys != null && areSameKeys(keys, configuration.rootKeys);
    scratch.free();
    return isSame;
  }
  return isWithoutKeys;
}

/** The cache's secret comes from the configuration, which holds the edge token, from the moment of the start, and from chance. */
function createSessionCache(source: usize, length: i32, bytes: i64): void {
  const secret = makeSecret(source, length, nanoseconds(), fillRandom);
  createCache(<usize>bytes, secret);
  limitProfiles(<u32>bytes / 4);
  // What spreads the cache says nothing of what keys the digests.
  keepDigestSecret(makeSecret(secret, <i32>DIGEST_BYTES, 0, fillRandom));
}

export const NO_OBJECT = text("the configuration must be a JSON object, see `zerohop gate config`");

/** Makes the complaint say this. Always false. */
export function refuse(complaint: Writer, sentence: Text): bool {
  beginComplaint(complaint);
  complaint.text(sentence);
  return false;
}

function refuseKey(complaint: Writer, at: usize, length: i32): bool {
  beginComplaint(complaint);
  complaint.text(text("unknown key "));
  complaint.bytes(at, min(length, 100));
  complaint.text(text("; allowed are "));
  complaint.text(KEYS);
  return false;
}

function beginComplaint(complaint: Writer): void {
  beginLineIn(complaint);
  complaint.text(text("configuration: "));
}
