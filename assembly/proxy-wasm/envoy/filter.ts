// One request: its headers go to the core as they are, and the core's decision is carried out on them.
import { bundle } from "../../core/bundle/bundle";
import { decide, refuseUndecided } from "../../core/decide/decide";
import { client, decision, request } from "../../core/current";
import { Outcome } from "../../core/decide/decision";
import { Edit, forEachEdit } from "../../core/decide/edits";
import { clearRequest, takeHeader } from "../../core/request";
import { forgetForwardedFor } from "../../core/headers/forwarded-for";
import { Header, headerNamed } from "../../core/headers/request-header";
import { beginClient } from "../../core/policy/client";
import { Refusal } from "../../core/refusal";
import { Host } from "../../core/session/lease";
import { Text } from "../../memory/text";
import { logAccess } from "./access-log";
import { resolveClientAddress } from "../edge/client-address";
import { AccessLog, accessLog, maxStale } from "../edge/config";
import { awaitsBundle, FIRST_BUNDLE } from "./first-bundle";
import { beginPairs, nameAt, nameLength, nextPair, pairsAreSound, valueAt, valueLength } from "../abi/header-pairs";
import { clearResult, resultAt, resultLength, returnedAt, returnedLength, seconds } from "../abi/host-calls";
import { credentialLink, hostState, sessionLink } from "../edge/host-link";
import {
  Action,
  HeaderMap,
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  Status,
} from "../abi/imports";
import { ask, isAsked, subjectOfCredential, subjectOfSession } from "../edge/inquiries";
import { sendAnswer } from "../edge/local-response";
import { countDecision } from "../edge/metrics";
import { notePortal } from "./set-cookie-filter";
import { rememberSocket } from "./sockets";
import { Expectation, rememberStream } from "./streams";

/**
 * Decides the current request, which is that of stream `context`, and changes its headers or answers it. Held, when the host
 * has to be asked first, only if it may wait.
 */
export function filterRequest(context: i32, mayWait: bool): Action {
  const now = seconds();
  let outcome = readHeaders()
    ? decideWith(hostState(sessionLink), hostState(credentialLink), now)
    : refuseUndecided(decision, Refusal.Headers);
  if (outcome == Outcome.Wait) {
    if (mayWait && holdRequest(context, now)) return Action.Pause;
    outcome = decideWith(Host.Silent, Host.Silent, now);
  }
  if (outcome == Outcome.Refuse && decision.refusal == Refusal.NoBundle && mayWait && holdForBundle(context))
    return Action.Pause;
  countDecision(outcome, decision.access);
  if (outcome == Outcome.Allow) allow(context, now);
  else if (decision.renewable) ask(decision.renewable, now);
  if (outcome == Outcome.Portal) notePortal();
  const passes = outcome == Outcome.Allow || outcome == Outcome.Portal;
  if (accessLog == AccessLog.All || (accessLog == AccessLog.Refused && !passes)) logAccess();
  if (passes) return Action.Continue;
  sendAnswer();
  return Action.Pause;
}

function decideWith(host: Host, basicHost: Host, now: i64): Outcome {
  return decide(decision, request, bundle, now, maxStale, host, basicHost);
}

function allow(context: i32, now: i64): void {
  forEachEdit(request, decision, carryOut);
  const identity = decision.session;
  if (!identity) return;
  if (decision.renewable) {
    if (ask(identity, now) && !identity.isBasic)
      rememberStream(context, Expectation.Cookie, subjectOfSession(identity));
  } else if (decision.isSuperseded) {
    rememberStream(context, Expectation.CookieKnown, identity.position);
  }
  if (request.isUpgrade) rememberSocket(context, identity);
}

/** Holds the request until the first bundle is there. */
function holdForBundle(context: i32): bool {
  return awaitsBundle() && rememberStream(context, Expectation.RequestHeld, FIRST_BUNDLE);
}

/** Holds the request until the host has answered. A question that can't be asked yet is asked when its turn comes. */
function holdRequest(context: i32, now: i64): bool {
  const known = decision.session;
  const subject = known ? subjectOfSession(known) : subjectOfCredential(decision.credentialKey);
  if (!rememberStream(context, Expectation.RequestHeld, subject)) return false;
  if (isAsked(subject)) return true;
  ask(known, now);
  return true;
}

/** Reads all headers with one host call, and takes those out that only the gate may set. */
function readHeaders(): bool {
  clearRequest(request);
  beginClient(client, resolveClientAddress);
  forgetForwardedFor();
  clearResult();
  const status = proxy_get_header_map_pairs(HeaderMap.RequestHeaders, resultAt, resultLength);
  if (status != Status.Ok || !beginPairs(returnedAt(), returnedLength())) return false;
  while (nextPair()) {
    if (!readHeader()) return false;
  }
  return pairsAreSound();
}

function readHeader(): bool {
  const header = headerNamed(nameAt, nameLength);
  if (header != Header.Forbidden) return takeHeader(request, header, valueAt, valueLength);
  proxy_remove_header_map_value(HeaderMap.RequestHeaders, nameAt, nameLength);
  return true;
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
