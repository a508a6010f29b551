// One request: read, decided by the core, and passed on by naming its upstream. Until then $zerohop_gate names an upstream that
// does not exist, so whatever else makes nginx go on, a trap or a call that fails, leads nowhere.
import { bundle } from "../../core/bundle/bundle";
import { refuseUndecided } from "../../core/decide/decide";
import { decision, request } from "../../core/current";
import { Outcome } from "../../core/decide/decision";
import { Edit, forEachEdit } from "../../core/decide/edits";
import { Refusal } from "../../core/refusal";
import { takeNewCookie } from "../../core/session/new-cookie";
import { Slice } from "../../memory/slice";
import { seconds } from "../edge/host-clock";
import { readProperty } from "../abi/host-calls";
import { decideNow, decideUnanswered, lacksBundle } from "../edge/decide";
import { Action } from "../abi/env";
import { ask, isAnswerRemembered, takeAnswer } from "../edge/inquiries";
import { sendAnswer } from "../edge/send-answer";
import { Text, text } from "../../memory/text";
import { awaitBundle, onBundleAnswer } from "./first-bundle";
import { Awaited, pause, release } from "./paused-requests";
import { readPreferences, readRequest } from "./read-request";
import { declaresIdentityHeaders, GATE, SET_COOKIE, setVariable, UPSTREAM, variableOf } from "./variables";

/** ngx_wasm_module makes a status line of an answer's details, and puts the byte that stands behind them into it as well. */
const NO_DETAILS = text("");

/**
 * Decides the current request. Pauses it for the host only with a call in flight, since nothing else would
 * resume it. Returns Pause also after an answer of the gate's own.
 */
export function filterRequest(mayWait: bool): Action {
  const now = seconds();
  let outcome = decideNow(readRequest(), now);
  // A call and Continue would crash the worker, so a renewal that could wait pauses its request too.
  if (mayWait && (outcome == Outcome.Wait || (outcome == Outcome.Allow && decision.renewable != null))) {
    const known = outcome == Outcome.Wait ? decision.session : decision.renewable;
    const inquiry = ask(known, now);
    if (inquiry) {
      pause(inquiry.call, Awaited.Answer);
      return Action.Pause;
    }
  }
  if (mayWait && lacksBundle() && awaitBundle()) return Action.Pause;
  if (outcome == Outcome.Wait) outcome = decideUnanswered(now);
  if (outcome == Outcome.Allow || outcome == Outcome.Portal) {
    routeToUpstream();
    return Action.Continue;
  }
  readPreferences();
  sendAnswer(NO_DETAILS);
  return Action.Pause;
}

/** Refuses a request to a line whose configuration is not in force. */
export function refuseRequest(): Action {
  readRequest();
  refuseUndecided(decision, Refusal.NoBundle);
  readPreferences();
  sendAnswer(NO_DETAILS);
  return Action.Pause;
}

/** The answer to a call came, for the current request if that waited for it: it then goes on by itself, as it is decided now. */
export function onAnswer(call: u32, headerCount: i32): void {
  const awaited = release(call);
  if (awaited == Awaited.Bundle || awaited == Awaited.OthersBundle) {
    // With a bundle there may be a question to ask; without one there is nothing to wait for any more.
    if (!onBundleAnswer(awaited, headerCount)) filterRequest(bundle != null);
    return;
  }
  const isRemembered = isAnswerRemembered(takeAnswer(call, headerCount));
  if (awaited == Awaited.Answer) filterRequest(!isRemembered);
}

const cookie: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const upstream: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Names the upstream, as the very last thing. */
function routeToUpstream(): void {
  const current = bundle;
  if (current && current.identityLengths && !declaresIdentityHeaders(current.domains)) return;
  if (!forEachEdit(request, decision, carryOut)) return;
  const isNew = decision.isSuperseded && takeNewCookie(cookie, decision.session, bundle);
  if (isNew && !setVariable(SET_COOKIE, cookie.at, cookie.length)) return;
  if (readProperty(upstream, UPSTREAM)) setVariable(GATE, upstream.at, upstream.length);
}

/** Makes a header what the backend gets: the configuration sends what the variables say, and nothing of what the client sent. */
function carryOut(edit: Edit, name: Text, at: usize, length: i32): bool {
  return edit == Edit.Remove || setVariable(variableOf(name), at, length);
}
