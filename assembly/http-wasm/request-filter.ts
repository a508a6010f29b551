// One request: read, decided by the core, and let on with its headers changed, or answered. Nobody can be asked from here: a
// session whose lease has run out is renewed by the portal, where the browser is sent as if to log in.
import { bundle } from "../core/bundle/bundle";
import { answer, decision, request } from "../core/current";
import { isForm, isRedirected, makeAnswer, makeUnsentAnswer } from "../core/answer/answer";
import { decide, refuseUndecided } from "../core/decide/decide";
import { Outcome } from "../core/decide/decision";
import { Edit, forEachEdit } from "../core/decide/edits";
import { Refusal } from "../core/refusal";
import { Host } from "../core/session/lease";
import { Text } from "../memory/text";
import { followFile } from "./bundle-file";
import { isPlausible, lookAtClock } from "./clock";
import { maxStale } from "./config";
import { add_header_value, remove_header, set_header_value, Side } from "./imports";
import { readPreferences, readRequest } from "./read-request";
import { isGoingInCircles } from "./circles";
import { sendAnswer } from "./send-answer";

/** Decides the current request, and changes its headers or answers it. Whether it goes on to the next handler. */
export function filterRequest(): bool {
  const now = lookAtClock();
  followFile();
  hasRunOut = false;
  const outcome = readRequest() ? decideNow(now) : refuseUndecided(decision, Refusal.Headers);
  if (outcome == Outcome.Portal) return true;
  if (outcome == Outcome.Allow) {
    if (letOn()) return true;
    refuseUndecided(decision, Refusal.Headers);
  }
  answerRequest();
  return false;
}

/** Whether the session of the current request was not believed for its lease alone. */
let hasRunOut: bool = false;

function decideNow(now: i64): Outcome {
  if (!isPlausible(now)) return refuseUndecided(decision, Refusal.Clock);
  const outcome = decideWith(Host.Answers, now);
  if (outcome != Outcome.Wait) return outcome;
  readPreferences();
  hasRunOut = true;
  return decideWith(isForm(request) ? Host.OutOfReach : Host.None, now);
}

function decideWith(host: Host, now: i64): Outcome {
  return decide(decision, request, bundle, now, maxStale, host, Host.None);
}

function answerRequest(): void {
  if (!hasRunOut) readPreferences();
  const domain = decision.domain;
  if (decision.outcome == Outcome.Login && domain && hasRunOut && isForm(request)) {
    makeUnsentAnswer(answer, request, domain);
  } else {
    const isLost = decision.outcome == Outcome.Login && isRedirected(request) && isGoingInCircles();
    if (isLost) refuseUndecided(decision, Refusal.Loop);
    makeAnswer(answer, request, decision);
  }
  sendAnswer();
}

/** Makes the headers those that the backend gets. False when that can't be done. */
function letOn(): bool {
  // Nobody here can tell whom credentials stand for, but those that were meant for the gate go all the same.
  return forEachEdit(request, decision, carryOut);
}

function carryOut(edit: Edit, name: Text, at: usize, length: i32): bool {
  if (edit == Edit.Add) add_header_value(Side.Request, name.at, name.length, at, length);
  else if (edit == Edit.Set) set_header_value(Side.Request, name.at, name.length, at, length);
  else if (edit == Edit.Remove) remove_header(Side.Request, name.at, name.length);
  return true;
}
