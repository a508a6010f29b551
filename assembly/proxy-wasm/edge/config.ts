// The plugin configuration: JSON as `zerohop gate config` prints it. For one that can't be used there is one log line, and the
// gate, which then has nothing to decide with, answers 503.
import { bundle, BundleResult, dropBundle, offerInlineBundle } from "../../core/bundle/bundle";
import { writeBundleResult } from "../../core/bundle/write-result";
import { Address, Network, readAddress, readNetworks } from "../../core/policy/network";
import { keepDigestSecret } from "../../core/session/basic-session";
import { createCache, MIN_CACHE_BYTES } from "../../core/session/cache";
import { areSameKeys, PublicKey, readPublicKeys } from "../../core/session/public-key";
import { final, init, update } from "../../crypto/sha512";
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { createJsonReader, JsonKind } from "../../encoding/json";
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { createRegion, Region } from "../../memory/region";
import { isText, startsWithText, text, Text } from "../../memory/text";
import { nanoseconds, readSharedData, returnedAt, returnedLength } from "../abi/host-calls";
import { isNginx } from "./host-kind";
import { LogLevel, proxy_set_shared_data } from "../abi/imports";
import { beginLine, endLine } from "../abi/log";

const KEYS = text(
  "root_keys, edge_token, host_cluster, host_authority, max_stale, cache_bytes, bundle, trusted_proxies, access_log, " +
    "drop_session_set_cookie",
);

/** The most, which is taken when there are so many sessions: some 30,000 on this worker, with what their renewals bring. */
const DEFAULT_CACHE_BYTES: i64 = 32 * 1024 * 1024;
const MAX_CACHE_BYTES: i64 = 256 * 1024 * 1024;
const DEFAULT_MAX_STALE: i64 = 3600;

/** The public halves of the keys that sign bundles. */
export let rootKeys: PublicKey | null = null;
/** The cluster that reaches the host; length 0 when the gate lives on its inline bundle alone. */
export let clusterAt: usize = 0;
export let clusterLength: i32 = 0;
/** The `:authority` of calls to the host. */
export let authorityAt: usize = 0;
export let authorityLength: i32 = 0;
/** What the gate shows the host. */
export let edgeTokenAt: usize = 0;
export let edgeTokenLength: i32 = 0;
/** The proxies whose X-Forwarded-For is believed, besides this one. */
export let trustedProxies: Network | null = null;
/** Which requests the access log is told about; in the order of the words in a configuration. */
export const enum AccessLog {
  Refused,
  All,
  Off,
}
export let accessLog: AccessLog = AccessLog.Refused;
/** Whether responses of applications lose cookies of a session's name. */
export let dropsSessionSetCookie: bool = false;
/** The age in seconds at which a bundle is no longer believed; 0 for never. */
export let maxStale: i64 = 0;

const reader = createJsonReader();
let region: Region = changetype<Region>(<usize>0);
let cacheBytes: i64 = 0;

/** The configuration in force, as it came, to tell a repetition from a change. */
let currentAt: usize = 0;
let currentLength: i32 = 0;

/** Whether a configuration is in force whose bundle comes from a host. */
export function hasHost(): bool {
  return currentAt != 0 && clusterLength > 0;
}

/**
 * Takes a configuration, whose bytes this changes. False, after one log line, when it can't be used. A changed one of the same
 * host takes the place of the one in force; when it is broken, nothing is in force any more. In nginx, which does not change
 * configurations but has several, the one in force stays.
 */
export function configure(at: usize, length: i32): bool {
  if (currentAt && equal(currentAt, currentLength, at, length)) return true;
  if (isNginx && currentAt) return isInForce(at, length);
  const complaint = beginComplaints(at, length);
  if (currentAt && !isOfSameHost(at, length)) {
    return refuse(text("this vm_id already has a configuration for another host; give each one a vm_id of its own"));
  }
  const isFirst = currentAt == 0;
  currentAt = 0;
  if (take(at, length)) return true;
  if (!isFirst) dropBundle();
  endComplaints(complaint);
  return false;
}

/**
 * Whether a configuration has the root keys of the one in force, and so is the same host's, changed. Filters of one vm_id
 * share one gate: what another host's gate should decide must not be decided with these bundles.
 */
function isOfSameHost(at: usize, length: i32): bool {
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
    const isSame = keys != null && areSameKeys(keys, rootKeys);
    scratch.free();
    return isSame;
  }
  return isNginx && rootKeys == null;
}

/** Whether a configuration says what the one in force says. False after a log line. */
function isInForce(at: usize, length: i32): bool {
  const offered = settingsOf(at, length);
  if (offered == 0) return refuse(text("the configuration must be a JSON object, see `zerohop gate config`"));
  if (offered == settingsOf(currentAt, currentLength) && isOfSameHost(at, length)) return true;
  return refuse(text("this module already has another configuration; give each one a `module` name of its own"));
}

/**
 * Sums up what a configuration says besides its root keys, in whatever order and with whatever white space, but for the edge token:
 * one of a host's is as good as another. 0 when it is no JSON object.
 */
function settingsOf(at: usize, length: i32): u64 {
  const copy = allocateInArena(length);
  if (!copy) return 0;
  memory.copy(copy, at, length);
  reader.read(copy, length);
  reader.enterObject();
  let sum: u64 = 1;
  while (reader.nextKey()) {
    const name = siphash(NO_KEY, reader.textAt, reader.textLength);
    const counts = reader.wordIn(text("root_keys, edge_token")) < 0;
    const from = reader.valueStart();
    reader.skip();
    if (counts && !reader.failed) sum += name * (siphash(NO_KEY, from, compact(from, reader.cursor)) | 1);
  }
  return reader.finished() ? sum | 1 : 0;
}

const NO_KEY: usize = memory.data(16, 8);

/** Takes the white space out of a JSON value that reaches to `end`, in place. Returns how long it is then. */
function compact(at: usize, end: usize): i32 {
  let to = at;
  let isInString = false;
  for (let from = at; from < end; from++) {
    const byte = load<u8>(from);
    if (byte == 0x22) isInString = !isInString;
    if (byte <= 0x20 && !isInString) continue;
    store<u8>(to++, byte);
    if (byte == 0x5c && isInString) store<u8>(to++, load<u8>(++from));
  }
  return <i32>(to - at);
}

function take(at: usize, length: i32): bool {
  if (length == 0) return refuse(text("missing, see `zerohop gate config`"));
  forgetRefused();
  region = createRegion();
  const copy = region.copy(at, length);
  reader.read(at, length);
  if (!readMembers()) return false;
  createSessionCache(copy, length);
  currentAt = copy;
  currentLength = length;
  return true;
}

/** A configuration that was refused may have left some of its values, and the memory they live in. */
function forgetRefused(): void {
  if (changetype<usize>(region)) region.free();
  rootKeys = null;
  clusterLength = 0;
  authorityLength = 0;
  edgeTokenLength = 0;
  trustedProxies = null;
  accessLog = AccessLog.Refused;
  dropsSessionSetCookie = false;
  maxStale = 0;
  cacheBytes = DEFAULT_CACHE_BYTES;
}

function readMembers(): bool {
  let bundleAt: usize = 0;
  let maxStaleGiven = false;
  let bundleLength = 0;
  if (reader.peek() != JsonKind.Object)
    return refuse(text("the configuration must be a JSON object, see `zerohop gate config`"));
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(KEYS)) {
      case 0:
        rootKeys = readPublicKeys(region, reader);
        if (!rootKeys) return refuse(text('root_keys: must be a list of Ed25519 keys such as {"kid": "…", "x": "…"}'));
        break;
      case 1:
        edgeTokenAt = reader.keepString(region);
        edgeTokenLength = reader.textLength;
        break;
      case 2:
        clusterAt = reader.keepString(region);
        clusterLength = reader.textLength;
        break;
      case 3:
        authorityAt = reader.keepString(region);
        authorityLength = reader.textLength;
        break;
      case 4:
        maxStale = reader.integer();
        maxStaleGiven = true;
        break;
      case 5:
        cacheBytes = reader.integer();
        break;
      case 6:
        bundleAt = reader.valueStart();
        reader.skip();
        bundleLength = <i32>(reader.cursor - bundleAt);
        break;
      case 7:
        trustedProxies = readNetworks(region, reader);
        if (reader.failed) return refuse(text("trusted_proxies: must be a list of addresses and CIDRs"));
        break;
      case 8:
        reader.string();
        accessLog = reader.wordIn(text("refused, all, off"));
        if (accessLog < 0) return refuse(text("access_log: must be refused, all or off"));
        break;
      case 9:
        if (isNginx) return refuse(text("drop_session_set_cookie: is for Envoy alone, see docs/nginx-wasm.md"));
        if (reader.peek() != JsonKind.Boolean) return refuse(text("drop_session_set_cookie: must be true or false"));
        dropsSessionSetCookie = load<u8>(reader.valueStart()) == 0x74;
        reader.skip();
        break;
      default:
        return refuseKey(reader.textAt, reader.textLength);
    }
  }
  if (!reader.finished()) return refuse(text("not valid JSON, or a value of another type than expected"));
  if (maxStale < 0) return refuse(text("max_stale: must be a number of seconds, 0 for no limit"));
  if (cacheBytes < <i64>MIN_CACHE_BYTES || cacheBytes > MAX_CACHE_BYTES) {
    return refuse(text("cache_bytes: must lie between 524288 and 268435456"));
  }
  if (clusterLength > 0 && !maxStaleGiven) maxStale = DEFAULT_MAX_STALE;
  return isComplete(bundleAt != 0) && (bundleAt == 0 || offerInline(bundleAt, bundleLength));
}

function refuseKey(at: usize, length: i32): bool {
  const line = beginLine();
  line.text(text("configuration: unknown key "));
  line.bytes(at, min(length, 100));
  line.text(text("; allowed are "));
  line.text(KEYS);
  endComplaint();
  return false;
}

function isComplete(hasBundle: bool): bool {
  if (clusterLength == 0) return hasBundle || refuse(text("either host_cluster or bundle is needed"));
  if (!rootKeys) return refuse(text("root_keys is needed with host_cluster"));
  if (edgeTokenLength == 0) return refuse(text("edge_token is needed with host_cluster"));
  if (authorityLength == 0) return refuse(text("host_authority is needed with host_cluster"));
  if (isNginx && !isAddressOfHost())
    return refuse(
      text("host_cluster: must be the host's IP address and port, such as 127.0.0.1:9091, or https://203.0.113.5:443"),
    );
  return true;
}

const clusterAddress: Address = changetype<Address>(memory.data(offsetof<Address>(), 8));

/** In nginx a name would be looked up at a resolver, and the edge token go to whatever address that gives. */
function isAddressOfHost(): bool {
  const scheme = text("https://");
  const from = startsWithText(clusterAt, clusterLength, scheme) ? scheme.length : 0;
  const at = clusterAt + from;
  const length = clusterLength - from;
  if (length == 0 || !readAddress(at, length, clusterAddress)) return false;
  // Of an IPv6 address only one in brackets can have a port.
  const isBracketed = load<u8>(at) == 0x5b;
  let colons = 0;
  let colon = 0;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) != 0x3a) continue;
    colons++;
    colon = i;
  }
  return isBracketed ? load<u8>(at + colon - 1) == 0x5d : colons == 1;
}

/** Takes the bundle of the configuration itself. False, after a log line, when it can't be used. */
function offerInline(at: usize, length: i32): bool {
  if (bundle) return true;
  const result = offerInlineBundle(at, length, rootKeys);
  if (result == BundleResult.Accepted) return true;
  const line = beginLine();
  line.text(text("configuration: bundle: "));
  writeBundleResult(line, result);
  endComplaint();
  return false;
}

const digest: usize = memory.data(64, 8);
const time: usize = memory.data(8, 8);

/** The cache's secret comes from the configuration, which holds the edge token, and the moment of the start. */
function createSessionCache(config: usize, length: i32): void {
  store<u64>(time, nanoseconds());
  init();
  update(config, length);
  update(time, 8);
  final(digest);
  createCache(<usize>cacheBytes, digest);
  // What spreads the cache says nothing of what keys the digests.
  init();
  update(digest, 64);
  final(digest);
  keepDigestSecret(digest);
}

function refuse(sentence: Text): bool {
  const line = beginLine();
  line.text(text("configuration: "));
  line.text(sentence);
  endComplaint();
  return false;
}

// Every thread of a proxy loads the configuration and finds the same mistake. What was said about it is kept in shared data,
// as a hash of the configuration, so that it is said once. In nginx each worker says it.

const COMPLAINT_KEY = text("zerohop.complaint");
const complaintHash: usize = memory.data(8, 8);
let isRepetition: bool = false;

/** Returns the hash of a configuration, and finds out whether another thread has complained about it. */
function beginComplaints(at: usize, length: i32): u64 {
  if (isNginx) return 0;
  memory.fill(digest, 0, SIPHASH_KEY_BYTES);
  const hash = siphash(digest, at, length);
  const found = readSharedData(COMPLAINT_KEY.at, COMPLAINT_KEY.length) && returnedLength() == 8;
  isRepetition = found && load<u64>(returnedAt()) == hash;
  return hash;
}

function endComplaint(): void {
  if (!isRepetition) endLine(LogLevel.Critical);
}

function endComplaints(hash: u64): void {
  if (isNginx) return;
  store<u64>(complaintHash, hash);
  proxy_set_shared_data(COMPLAINT_KEY.at, COMPLAINT_KEY.length, complaintHash, 8, 0);
}
