// One request: read, decided by the core, and let on with its headers changed, or answered. Nobody is waited for here.
import { makeAnswerWithoutHost } from "../core/answer/round-trips";
import { bundle } from "../core/bundle/bundle";
import { answer, decision, request } from "../core/current";
import { refuseUndecided } from "../core/decide/decide";
import { Outcome } from "../core/decide/decision";
import { Edit, forEachEdit } from "../core/decide/edits";
import { decideWithoutHost } from "../core/decide/without-host";
import { Refusal } from "../core/refusal";
import { takeNewCookie } from "../core/session/new-cookie";
import { SET_COOKIE } from "../core/answer/answer-headers";
import { Slice } from "../memory/slice";
import { Text } from "../memory/text";
import { followFile } from "./bundle-file";
import { nanoseconds, secondsOf } from "./clock";
import { configuration } from "./current";
import { hostTime } from "../core/bundle/host-time";
import { add_header_value, remove_header, set_header_value, Side } from "./http_handler";
import { readPreferences, readRequest } from "./read-request";
import { ask, canAsk } from "./renewals";
import { sendAnswer } from "./send-answer";

/** Decides the current request, and changes its headers or answers it. Whether it goes on to the next handler. */
export function filterRequest(): bool {
  const moment = nanoseconds();
  // The bundle that this takes may say how far this clock is behind.
  followFile(moment);
  const now = hostTime(secondsOf(moment));
  const outcome = readRequest() ? decideAt(now) : refuseUndecided(decision, Refusal.Headers);
  // Nobody here can tell whom credentials stand for, but those that were meant for the gate go all the same.
  if (outcome == Outcome.Allow) {
    forEachEdit(request, decision, carryOut);
    renew(now);
  }
  if (outcome == Outcome.Allow || outcome == Outcome.Portal) return true;
  if (!decision.hasRunOut) readPreferences();
  makeAnswerWithoutHost(answer, request, decision);
  sendAnswer(answer);
  return false;
}

/** Decides the request that was read. `now` is the host's time. */
function decideAt(now: i64): Outcome {
  const maxStale = configuration.maxStale;
  return decideWithoutHost(decision, request, bundle, now, maxStale, canAsk(), ask, readPreferences);
}

const cookie: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Has the session of a request that goes on renewed where that is due, or gives the client the latest token that is there. */
function renew(now: i64): void {
  const renewable = decision.renewable;
  if (renewable && canAsk()) ask(renewable, now);
  if (!decision.isSuperseded || !takeNewCookie(cookie, decision.session, bundle)) return;
  // Set before the next handler, which adds the application's own to it.
  add_header_value(Side.Response, SET_COOKIE.at, SET_COOKIE.length, cookie.at, cookie.length);
}

function carryOut(edit: Edit, name: Text, at: usize, length: i32): bool {
  if (edit == Edit.Add) add_header_value(Side.Request, name.at, name.length, at, length);
  else if (edit == Edit.Set) set_header_value(Side.Request, name.at, name.length, at, length);
  else if (edit == Edit.Remove) remove_header(Side.Request, name.at, name.length);
  return true;
}
