// Keeps the bundle current. The leading worker holds one long-poll at the host open and puts what comes into shared data;
// every worker looks there with each tick, verifies for itself and switches over. In nginx, whose shared data is optional and
// tells keys apart by 32 bits, every worker polls for itself.
import { Writer } from "../../encoding/writer";
import { Bundle, bundle, BundleResult, offerSignedBundle } from "../../core/bundle/bundle";
import { writeBundleResult } from "../../core/bundle/write-result";
import { keepText, Text, text } from "../../memory/text";
import { rootKeys } from "./config";
import { beginCall, callNumber, readAnswerStatus, sendCall } from "./edge-call";
import { addPair, addTextPair } from "../abi/header-pairs";
import { nanoseconds, readBuffer, readSharedData, returnedAt, returnedLength } from "../abi/host-calls";
import { Buffer, LogLevel, proxy_set_shared_data } from "../abi/imports";
import { isNginx } from "./host-kind";
import { isLeader } from "./leader";
import { beginLine, endLine, log } from "../abi/log";
import { count, Counter } from "./metrics";

/** How long the host may hold a poll, and how long we wait for it: longer, so that the host is the one to end it. */
const WAIT_SECONDS: i32 = 30;
const CALL_TIMEOUT_MILLISECONDS: i32 = 40_000;
/** Pauses after a failed poll: doubled up to the longest, each drawn out by up to half. */
const FIRST_PAUSE: u64 = 250_000_000;
const LONGEST_PAUSE: u64 = 8_000_000_000;

/** How long a request waits for the first bundle. */
export const TIMEOUT_MILLISECONDS: i32 = 2000;

/** In nginx a call that failed may never be heard of again. */
const LOST_AFTER: u64 = 45_000_000_000;

const GET = text("GET");
const IF_NONE_MATCH = text("if-none-match");
const USER_AGENT = text("user-agent");
const PRODUCT = text("zerohop-gate");
const BUNDLE_PATH = text("/api/edge/bundle?wait=");
const BUNDLE_NOW = text("/api/edge/bundle");
const ANY = text("*");

/** Keys of shared data end in the root key's id, so that gates of two hosts in one process do not mix. */
let bundleKey: Text = changetype<Text>(<usize>0);
let stateKey: Text = changetype<Text>(<usize>0);
let leaderKey: Text = changetype<Text>(<usize>0);

/** What is in shared data: version and time of signing of the bundle there. */
@unmanaged
class SharedState {
  version: i64;
  issuedAt: i64;
}

const state: SharedState = changetype<SharedState>(memory.data(offsetof<SharedState>(), 8));
let polling: bool = false;
let pollNumber: u32 = 0;
let polledAt: u64 = 0;
let pauseUntil: u64 = 0;
let pause: u64 = 0;
let warned: bool = false;

/**
 * Takes the names of shared data, and the bundle that other workers have put there. To be called once a configuration with a
 * host is in force.
 */
export function startPolling(): void {
  if (bundleKey) return;
  bundleKey = sharedKey(text("zerohop.bundle."));
  stateKey = sharedKey(text("zerohop.state."));
  leaderKey = sharedKey(text("zerohop.leader."));
  takeShared();
}

/** A key, a path or an entity tag while it is put together. */
const written: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function sharedKey(prefix: Text): Text {
  const keys = rootKeys;
  written.begin(prefix.length + (keys ? keys.kidLength : 0));
  written.text(prefix);
  if (keys) written.bytes(keys.kidAt, keys.kidLength);
  return keepText(written.at, written.length);
}

/** One tick: take what another worker fetched, and poll if this worker leads. */
export function pollForBundle(): void {
  if (isNginx) {
    if (polling && nanoseconds() - polledAt > LOST_AFTER) onPollResponse(0);
  } else {
    takeShared();
    if (!isLeader(leaderKey.at, leaderKey.length)) return;
  }
  // Unsigned, so that a pause that is over is far above the longest, and so is one from before the clock was set back.
  if (!polling && pauseUntil - nanoseconds() > 2 * LONGEST_PAUSE) poll();
}

function takeShared(): void {
  if (!readSharedData(stateKey.at, stateKey.length) || returnedLength() != offsetof<SharedState>()) return;
  const shared = changetype<SharedState>(returnedAt());
  const current = bundle;
  if (
    current &&
    (shared.version < current.version || (shared.version == current.version && shared.issuedAt <= current.issuedAt))
  ) {
    return;
  }
  if (!readSharedData(bundleKey.at, bundleKey.length)) return;
  const result = offerSignedBundle(returnedAt(), returnedLength(), rootKeys);
  if (result == BundleResult.Accepted) logBundle(text("took over bundle version "));
}

function poll(): void {
  written.begin(BUNDLE_PATH.length + 8);
  written.text(BUNDLE_PATH);
  written.integer(WAIT_SECONDS);
  beginCall(GET, written.at, written.length);
  addTextPair(USER_AGENT, PRODUCT);
  const current = bundle;
  if (current) {
    written.begin(64);
    written.text(text('"'));
    written.integer(current.version);
    written.text(text("."));
    written.integer(current.issuedAt);
    written.text(text('"'));
    addPair(IF_NONE_MATCH, written.at, written.length);
  }
  polling = sendCall(CALL_TIMEOUT_MILLISECONDS);
  if (isNginx) polledAt = nanoseconds();
  pollNumber = callNumber();
  if (!polling) backOff(text("the host can't be called; is there a cluster of the configured name?"));
}

/**
 * Calls the host for the bundle at once, for a request that can't be decided without one. `isFetched` says that another call is
 * out for it: then this one has no bundle in its answer, and only lasts about as long. False when the host can't be called.
 */
export function callForBundle(isFetched: bool): bool {
  beginCall(GET, BUNDLE_NOW.at, BUNDLE_NOW.length);
  addTextPair(USER_AGENT, PRODUCT);
  if (isFetched) addTextPair(IF_NONE_MATCH, ANY);
  return sendCall(TIMEOUT_MILLISECONDS);
}

/** Takes the answer to such a call. False when it is none. */
export function takeBundle(headerCount: i32): bool {
  const status = headerCount == 0 ? 0 : readAnswerStatus();
  if (status == 304) return true;
  if (status != 200 || !readBuffer(Buffer.HttpCallResponseBody)) return false;
  takeFetched(returnedAt(), returnedLength());
  return bundle != null;
}

/** Whether the poll that is out is to bring the first bundle. */
export function pollsForFirst(): bool {
  return polling && !bundle;
}

/** Whether this is the number of the poll that is out. */
export function isPoll(call: u32): bool {
  return polling && call == pollNumber;
}

/** The answer to a poll. `headerCount` is 0 when there was none. */
export function onPollResponse(headerCount: i32): void {
  polling = false;
  if (headerCount == 0) return backOff(text("the host does not answer; deciding with the bundle there is"));
  const status = readAnswerStatus();
  if (status == 304) return settle();
  if (status == 401) return backOff(text("the host refuses the edge token; make a new one with `zerohop gate config`"));
  if (status != 200) return backOff(text("the host answers the poll for a bundle with an error"));
  if (!readBuffer(Buffer.HttpCallResponseBody)) return backOff(text("the host's bundle is empty"));
  takeFetched(returnedAt(), returnedLength());
}

function takeFetched(at: usize, length: i32): void {
  const result = offerSignedBundle(at, length, rootKeys);
  if (result == BundleResult.Unchanged) return settle();
  if (result != BundleResult.Accepted) {
    const line = beginLine();
    line.text(text("the host's bundle is rejected: "));
    writeBundleResult(line, result);
    endLine(LogLevel.Error);
    count(Counter.BundlesRejected);
    return backOff(text(""));
  }
  const current = bundle;
  if (!current) return;
  if (!isNginx) share(current, at, length);
  logBundle(text("fetched bundle version "));
  settle();
}

function share(current: Bundle, at: usize, length: i32): void {
  proxy_set_shared_data(bundleKey.at, bundleKey.length, at, length, 0);
  state.version = current.version;
  state.issuedAt = current.issuedAt;
  proxy_set_shared_data(stateKey.at, stateKey.length, changetype<usize>(state), offsetof<SharedState>(), 0);
}

/** A poll went well: the next one follows at once. */
function settle(): void {
  if (warned) log(LogLevel.Info, text("the host answers again"));
  warned = false;
  pause = 0;
  pauseUntil = 0;
}

/** A poll failed: wait, each time longer, and say so once. */
function backOff(sentence: Text): void {
  pause = min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
  const now = nanoseconds();
  pauseUntil = now + pause + (now % (pause / 2));
  if (sentence.length == 0 || warned) return;
  warned = true;
  log(LogLevel.Warn, sentence);
}

function logBundle(sentence: Text): void {
  const current = bundle;
  if (!current) return;
  const line = beginLine();
  line.text(sentence);
  line.integer(current.version);
  endLine(LogLevel.Info);
}
