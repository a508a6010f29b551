// Resumes what was paused for the host: requests are decided again, with what is known now, and responses get their cookie.
import { isEventStream } from "../../core/event-stream";
import { sessionAt } from "../../core/session/cache";
import { takeNewCookie } from "../../core/session/new-cookie";
import { bundle } from "../../core/bundle/bundle";
import { resetArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { SessionSetCookies } from "../edge/configuration";
import { configuration } from "../edge/current";
import { FIRST_BUNDLE, giveUpBundle } from "./first-bundle";
import {
  Action,
  HeaderMap,
  proxy_add_header_map_value,
  proxy_continue_stream,
  proxy_set_effective_context,
  Status,
  Stream as Direction,
} from "../abi/env";
import { readHeader } from "../abi/host-calls";
import { isAnswerRemembered, isAsked, takeAnswer, TIMEOUT_MILLISECONDS } from "../edge/inquiries";
import { filterRequest } from "./filter";
import { closeStreamsOf, watchStream } from "./open-streams";
import { filterSetCookies } from "./set-cookie-filter";
import {
  Expectation,
  findStream,
  forgetStream,
  hasPausedStreams,
  isPaused,
  rememberStream,
  Stream,
  STREAM_SLOTS,
  streamInSlot,
} from "./streams";
import { inTicks, ticks } from "../edge/ticks";

const SET_COOKIE = text("set-cookie");
const CONTENT_TYPE = text("content-type");
/** How long a response is paused for its cookie. When the host is slower, the cookie goes out with the next response. */
const RESPONSE_PAUSE_MILLISECONDS: u32 = 100;

/** The answer to a call came. False when it was no question of ours. */
export function onAnswer(call: u32, headerCount: i32): bool {
  const subject = takeAnswer(call, headerCount);
  if (subject == 0) return false;
  const renewed = sessionAt(subject);
  const successor = renewed ? renewed.kept.successor : 0;
  if (renewed && renewed.kept.hasEnded) closeStreamsOf(renewed);
  // Whatever was answered, the same request does not ask the same again, unless nobody remembers the answer.
  const mayWait = !isAnswerRemembered(subject);
  for (let i = 0; i < STREAM_SLOTS; i++) {
    const stream = streamInSlot(i);
    if (stream.subject == subject) resume(stream, successor, mayWait);
  }
  return true;
}

function resume(stream: Stream, successor: u64, mayWait: bool): void {
  if (stream.expectation == Expectation.RequestPaused) return resumeRequest(stream, mayWait);
  if (stream.expectation == Expectation.ResponsePaused) return resumeResponse(stream, successor);
  if (stream.expectation == Expectation.Cookie) {
    // Without a new lease it is still to be seen whether the response is an event stream.
    if (successor) rememberStream(stream.context, Expectation.CookieKnown, successor);
    else rememberStream(stream.context, Expectation.Type, stream.subject);
  }
}

const type: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Watches over the current stream where its response is an event stream, though the request did not say so, as scripts' do not. */
function watchEventStream(context: i32, position: u64): void {
  resetArena();
  if (!readHeader(type, HeaderMap.ResponseHeaders, CONTENT_TYPE) || !isEventStream(type.at, type.length)) return;
  const session = sessionAt(position);
  if (session) watchStream(context, session);
}

/** A response begins, and with `isLast` is only that. */
export function filterResponse(context: i32, isLast: bool): Action {
  if (configuration.sessionSetCookies == SessionSetCookies.Dropped) filterSetCookies();
  const stream = findStream(context);
  if (!stream) return Action.Continue;
  if (!isLast) watchEventStream(context, stream.subject);
  if (stream.expectation == Expectation.Cookie && isAsked(stream.subject)) {
    rememberStream(context, Expectation.ResponsePaused, stream.subject);
    return Action.Pause;
  }
  if (stream.expectation == Expectation.CookieKnown) addCookie(stream.subject);
  forgetStream(stream);
  return Action.Continue;
}

/** The most requests that a tick decides again, so that the worker has time for others: more than it can have questions in flight. */
const RETRIES: i32 = 256;
/** The slot at which the next tick begins, so that all have their turn. */
let firstSlot: i32 = 0;

/** Resumes what has waited too long, and asks the questions that had to wait for their turn. Called with every tick. */
export function sweepStreams(): void {
  if (!hasPausedStreams()) return;
  let retries = 0;
  const first = firstSlot;
  for (let i = first; i < first + STREAM_SLOTS; i++) {
    const stream = streamInSlot(i);
    if (!isPaused(stream)) continue;
    const age = ticks - stream.since;
    if (stream.expectation == Expectation.ResponsePaused) {
      if (age > inTicks(RESPONSE_PAUSE_MILLISECONDS)) resumeResponse(stream, 0);
    } else if (age > inTicks(TIMEOUT_MILLISECONDS)) {
      if (stream.subject == FIRST_BUNDLE) giveUpBundle();
      resumeRequest(stream, false);
    } else if (stream.subject == FIRST_BUNDLE) {
      if (bundle) resumeRequest(stream, true);
    } else if (retries < RETRIES && !isAsked(stream.subject)) {
      retries++;
      firstSlot = (i + 1) & (STREAM_SLOTS - 1);
      resumeRequest(stream, true);
    }
  }
}

function resumeRequest(stream: Stream, mayWait: bool): void {
  const context = stream.context;
  const since = stream.since;
  forgetStream(stream);
  if (proxy_set_effective_context(context) != Status.Ok) return;
  resetArena();
  if (filterRequest(context, mayWait) == Action.Continue) {
    proxy_continue_stream(Direction.Request);
  } else {
    const again = findStream(context);
    if (again) again.since = since;
  }
}

function resumeResponse(stream: Stream, successor: u64): void {
  forgetStream(stream);
  if (proxy_set_effective_context(stream.context) != Status.Ok) return;
  addCookie(successor);
  proxy_continue_stream(Direction.Response);
}

const cookie: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Adds the cookie of a session to the response, beside those of the backend, unless it has been revoked meanwhile. */
function addCookie(position: u64): void {
  if (!takeNewCookie(cookie, sessionAt(position), bundle)) return;
  proxy_add_header_map_value(HeaderMap.ResponseHeaders, SET_COOKIE.at, SET_COOKIE.length, cookie.at, cookie.length);
}
