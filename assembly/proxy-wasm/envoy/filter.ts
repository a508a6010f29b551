// One request: its headers go to the core as they are, and the core's decision is carried out on them.
import { bundle } from "../../core/bundle/bundle";
import { headerFor } from "../../core/bundle/request-header";
import { decision, request } from "../../core/current";
import { Outcome } from "../../core/decide/decision";
import { Edit, forEachEdit } from "../../core/decide/edits";
import { Streaming, streamingOf } from "../../core/event-stream";
import { beginRequest, takeHeader } from "../../core/request";
import { positionOf } from "../../core/session/cache";
import { Header } from "../../core/headers/request-header";
import { Slice } from "../../memory/slice";
import { Text, text } from "../../memory/text";
import { logAccess } from "./access-log";
import { resolveClientAddress } from "../edge/client-address";
import { AccessLog } from "../edge/configuration";
import { configuration } from "../edge/current";
import { awaitsBundle, FIRST_BUNDLE } from "./first-bundle";
import { seconds } from "../edge/host-clock";
import { areSound, beginPairs, HeaderPairs, nextPair } from "../abi/header-pairs";
import { readHeaders } from "../abi/host-calls";
import { decideNow, decideUnanswered, lacksBundle } from "../edge/decide";
import {
  Action,
  HeaderMap,
  proxy_add_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from "../abi/env";
import { ask, isAsked, subjectOfCredential, subjectOfSession } from "../edge/inquiries";
import { sendAnswer } from "../edge/send-answer";
import { countDecision } from "../edge/metrics";
import { notePortal } from "./set-cookie-filter";
import { watchStream } from "./open-streams";
import { Expectation, findStream, rememberStream } from "./streams";

/**
 * Decides the current request, which is that of stream `context`, and changes its headers or answers it. When the host has
 * to be asked first, the request is paused if it may wait.
 */
export function filterRequest(context: i32, mayWait: bool): Action {
  const now = seconds();
  let outcome = decideNow(readRequest(), now);
  if (outcome == Outcome.Wait) {
    if (mayWait && pauseRequest(context, now)) return Action.Pause;
    outcome = decideUnanswered(now);
  }
  if (lacksBundle() && mayWait && pauseForBundle(context)) return Action.Pause;
  countDecision(outcome, decision.access);
  const renewable = decision.renewable;
  const isRenewed = renewable != null && ask(renewable, now) != null;
  if (outcome == Outcome.Allow) allow(context, isRenewed);
  if (outcome == Outcome.Portal) notePortal();
  const passes = outcome == Outcome.Allow || outcome == Outcome.Portal;
  if (configuration.accessLog == AccessLog.All || (configuration.accessLog == AccessLog.Refused && !passes))
    logAccess();
  if (passes) return Action.Continue;
  sendAnswer(detailsOf(outcome));
  return Action.Pause;
}

/** What the proxy's access log can say of an answer (`%RESPONSE_CODE_DETAILS%`). */
function detailsOf(outcome: Outcome): Text {
  if (outcome == Outcome.Login) return text("zerohop_login");
  return outcome == Outcome.Deny ? text("zerohop_deny") : text("zerohop_refuse");
}

/** Changes the headers of a request that goes on, and remembers what its session is to bring about. */
function allow(context: i32, isRenewed: bool): void {
  forEachEdit(request, decision, carryOut);
  const identity = decision.session;
  if (!identity) return;
  if (decision.renewable) {
    if (isRenewed && !identity.kept.isBasic) rememberStream(context, Expectation.Cookie, subjectOfSession(identity));
  } else if (decision.isSuperseded) {
    rememberStream(context, Expectation.CookieKnown, positionOf(identity));
  }
  const streaming = streamingOf(request);
  if (streaming == Streaming.Yes) watchStream(context, identity);
  // To look at the type of every answer would cost a quarter more than the gate does without it; pages are most of them.
  if (streaming == Streaming.Perhaps && !findStream(context)) {
    if (!rememberStream(context, Expectation.Type, positionOf(identity))) watchStream(context, identity);
  }
}

/** Pauses the request until the first bundle is there. */
function pauseForBundle(context: i32): bool {
  return awaitsBundle() && rememberStream(context, Expectation.RequestPaused, FIRST_BUNDLE);
}

/** Pauses the request until the host has answered. A question that can't be asked yet is asked when its turn comes. */
function pauseRequest(context: i32, now: i64): bool {
  const known = decision.session;
  const subject = known ? subjectOfSession(known) : subjectOfCredential(decision.credentialKey);
  if (!rememberStream(context, Expectation.RequestPaused, subject)) return false;
  if (isAsked(subject)) return true;
  ask(known, now);
  return true;
}

const map: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const pairs: HeaderPairs = changetype<HeaderPairs>(memory.data(offsetof<HeaderPairs>(), 8));

/** Reads all headers with one host call, and takes those out that only the gate may set. */
function readRequest(): bool {
  beginRequest(request, resolveClientAddress);
  if (!readHeaders(map, HeaderMap.RequestHeaders) || !beginPairs(pairs, map.at, map.length)) return false;
  while (nextPair(pairs)) {
    const header = headerFor(bundle, pairs.nameAt, pairs.nameLength);
    if (header == Header.Forbidden) {
      proxy_remove_header_map_value(HeaderMap.RequestHeaders, pairs.nameAt, pairs.nameLength);
    } else if (!takeHeader(request, header, pairs.valueAt, pairs.valueLength)) {
      return false;
    }
  }
  return areSound(pairs);
}

/** Carries an edit out. What the client sent under our names went when the headers were read, so adding is all that they need. */
function carryOut(edit: Edit, name: Text, at: usize, length: i32): bool {
  if (edit == Edit.Add) proxy_add_header_map_value(HeaderMap.RequestHeaders, name.at, name.length, at, length);
  else if (edit == Edit.Set) {
    proxy_replace_header_map_value(HeaderMap.RequestHeaders, name.at, name.length, at, length);
  } else if (edit == Edit.Remove) {
    proxy_remove_header_map_value(HeaderMap.RequestHeaders, name.at, name.length);
  }
  return true;
}
