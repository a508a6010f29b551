// Keeps the bundle current: holds one long-poll at the host open, and takes what it brings: a bundle, or what was revoked since.
import { createProblem, Problem } from "../../core/policy/problem";
import { bundle, BundleResult } from "../../core/bundle/bundle";
import { offerNews } from "../../core/bundle/feed";
import { writeBundleResult } from "../../core/bundle/write-result";
import { Writer } from "../../encoding/writer";
import { Slice } from "../../memory/slice";
import { Text, text } from "../../memory/text";
import { nanoseconds } from "../abi/clock";
import { addPair, addTextPair } from "../abi/header-pairs";
import { readBuffer } from "../abi/host-calls";
import { Buffer, LogLevel } from "../abi/env";
import { beginLine, endLine, log } from "../abi/log";
import { beginCall, NO_CALL, readAnswerHeader, readAnswerStatus, sendCall } from "./call";
import { configuration } from "./current";
import { bundleCame } from "./host-clock";
import { count, Counter } from "./metrics";
import { noteProtocol, PROTOCOL_HEADER } from "./protocol";
import { inTicks, ticks } from "./ticks";

/** How long the host may hold a poll, and how long we wait for it: longer, so that the host is the one to end it. */
const WAIT_SECONDS: i32 = 30;
const CALL_TIMEOUT_MILLISECONDS: i32 = 40_000;
/** When a poll that was not heard of again is given up. */
const LOST_MILLISECONDS: u32 = 45_000;
/** Pauses after a failed poll: doubled up to the longest, each drawn out by up to half. */
const FIRST_PAUSE: u64 = 250_000_000;
const LONGEST_PAUSE: u64 = 8_000_000_000;

/** How long a request waits for the first bundle. */
export const TIMEOUT_MILLISECONDS: i32 = 2000;

const GET = text("GET");
const IF_NONE_MATCH = text("if-none-match");
/** Names the base of the bundle that the gate has, and so asks for no more than what was revoked since, where that is all. */
const FEED = text("x-zerohop-feed");
const USER_AGENT = text("user-agent");
const PRODUCT = text("zerohop-gate");
const BUNDLE_PATH = text("/api/edge/bundle?wait=");
const BUNDLE_NOW = text("/api/edge/bundle");
const ANY = text("*");

/** The poll that is out, and what the ones before it have come to. */
@unmanaged
class Poll {
  /** The number of its call, and the tick it was sent in. */
  call: u32;
  since: u32;
  isOut: bool;
  /** Whether the log says that polls fail. */
  wasWarned: bool;
  /** Whether the host's revocations do not go on from the bundle there is, so that it takes a whole one. */
  hasGap: bool;
  /** The pause after the last one, and until when it lasts; 0 when it went well. Nanoseconds. */
  pause: u64;
  pauseUntil: u64;
}

const poll: Poll = changetype<Poll>(memory.data(offsetof<Poll>(), 8));

/** Polls the host, unless a poll is out or it is too early after one that failed. Called with ticks. */
export function pollForBundle(): void {
  // Unsigned, so that a pause that is over is far above the longest, and so is one from before the clock was set back.
  if (!poll.isOut && poll.pauseUntil - nanoseconds() > 2 * LONGEST_PAUSE) sendPoll();
}

/** Polls once more, unless the last poll was sent in this tick: whoever is answered at once does not ask without a pause. */
export function pollOn(): void {
  if (ticks != poll.since) pollForBundle();
}

/** The path of a poll, or the entity tag in it, while it is put together. */
const written: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function sendPoll(): void {
  written.begin(BUNDLE_PATH.length + 8);
  written.text(BUNDLE_PATH);
  written.integer(WAIT_SECONDS);
  const headers = beginCall(GET, written.at, written.length);
  addTextPair(headers, USER_AGENT, PRODUCT);
  const current = bundle;
  if (current && !poll.hasGap) {
    if (current.baseLength > 0) addPair(headers, FEED, current.baseAt, current.baseLength);
    written.begin(64);
    written.text(text('"'));
    written.integer(current.version);
    written.text(text("."));
    written.integer(current.issuedAt);
    written.text(text('"'));
    addPair(headers, IF_NONE_MATCH, written.at, written.length);
  }
  const call = sendCall(headers, CALL_TIMEOUT_MILLISECONDS);
  if (call == NO_CALL) return backOff(text("the host can't be called; is there a cluster of the configured name?"));
  poll.isOut = true;
  poll.call = <u32>call;
  poll.since = ticks;
}

/** Gives up a poll that the proxy will not tell of any more. */
export function forgetLostPoll(): void {
  if (poll.isOut && ticks - poll.since > inTicks(LOST_MILLISECONDS)) takeNothing();
}

/** Whether the poll that is out is to bring the first bundle. */
export function pollsForFirst(): bool {
  return poll.isOut && !bundle;
}

/** Whether this is the number of the poll that is out. */
export function isPoll(call: u32): bool {
  return poll.isOut && call == poll.call;
}

/**
 * Takes the answer to a poll; `headerCount` is 0 when there was none. Returns what became of the bundle in force by it: Accepted or
 * Extended where it is newer, by the bytes that are in `fetched` then, and Unchanged else.
 */
export function onPollResponse(headerCount: i32, fetched: Slice): BundleResult {
  poll.isOut = false;
  const status = headerCount == 0 ? 0 : readAnswerStatus();
  if (status == 200 || status == 304) noteProtocol(readAnswerHeader(named, PROTOCOL_HEADER) ? named : null);
  if (status == 200 && readBuffer(fetched, Buffer.HttpCallResponseBody)) return takeFetched(fetched.at, fetched.length);
  if (status == 304) settle();
  else backOff(whyNot(status, headerCount));
  return BundleResult.Unchanged;
}

function takeNothing(): void {
  poll.isOut = false;
  backOff(whyNot(0, 0));
}

function whyNot(status: i32, headerCount: i32): Text {
  if (headerCount == 0) return text("the host does not answer; deciding with the bundle there is");
  if (status == 401) return text("the host refuses the edge token; make a new one with `zerohop gate config`");
  return status == 200
    ? text("the host's bundle is empty")
    : text("the host answers the poll for a bundle with an error");
}

/**
 * Calls the host for the bundle at once, for a request that can't be decided without one. `isFetched` says that another call is
 * out for it: then this one has no bundle in its answer, and only lasts about as long. Returns the call's number, or NO_CALL.
 */
export function callForBundle(isFetched: bool): i64 {
  const headers = beginCall(GET, BUNDLE_NOW.at, BUNDLE_NOW.length);
  addTextPair(headers, USER_AGENT, PRODUCT);
  if (isFetched) addTextPair(headers, IF_NONE_MATCH, ANY);
  return sendCall(headers, TIMEOUT_MILLISECONDS);
}

/** The protocol that an answer names. */
const named: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const body: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Takes the answer to such a call. False when it is none. */
export function takeBundle(headerCount: i32): bool {
  const status = headerCount == 0 ? 0 : readAnswerStatus();
  if (status == 304) return true;
  if (status != 200 || !readBuffer(body, Buffer.HttpCallResponseBody)) return false;
  takeFetched(body.at, body.length);
  return bundle != null;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/** As onPollResponse. */
function takeFetched(at: usize, length: i32): BundleResult {
  const result = offerNews(problem, at, length, configuration.rootKeys);
  poll.hasGap = result == BundleResult.Gap;
  if (result == BundleResult.Accepted || result == BundleResult.Extended) {
    bundleCame();
    logBundle(text("fetched bundle version "));
    settle();
    return result;
  }
  if (result == BundleResult.Unchanged) {
    settle();
    return result;
  }
  const line = beginLine();
  line.text(text("the host's bundle is rejected: "));
  writeBundleResult(line, result, problem);
  endLine(LogLevel.Error);
  count(Counter.BundlesRejected);
  backOff(text(""));
  return BundleResult.Unchanged;
}

/** A poll went well: the next one follows at once. */
function settle(): void {
  if (poll.wasWarned) log(LogLevel.Info, text("the host answers again"));
  poll.wasWarned = false;
  poll.pause = 0;
  poll.pauseUntil = 0;
}

/** A poll failed: wait, each time longer, and say so once. */
function backOff(sentence: Text): void {
  const pause = min(max(poll.pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
  const now = nanoseconds();
  poll.pause = pause;
  poll.pauseUntil = now + pause + (now % (pause / 2));
  if (sentence.length == 0 || poll.wasWarned) return;
  poll.wasWarned = true;
  log(LogLevel.Warn, sentence);
}

/** Says which bundle is in force now. */
export function logBundle(sentence: Text): void {
  const current = bundle;
  if (!current) return;
  const line = beginLine();
  line.text(sentence);
  line.integer(current.version);
  endLine(LogLevel.Info);
}
