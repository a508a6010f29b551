// Sends the core's answer to the client.
import { answer, decision, request } from "../../core/current";
import { makeAnswer } from "../../core/answer/answer";
import { forEachAnswerHeader } from "../../core/answer/answer-headers";
import { Outcome } from "../../core/decide/decision";
import { Text, text } from "../../memory/text";
import { addPair, beginBuilding, buildPairs, pairsAt, pairsLength } from "../abi/header-pairs";
import { isNginx } from "./host-kind";
import { proxy_send_local_response } from "../abi/imports";

/** Details for the proxy's access log, by outcome. */
const LOGIN_DETAILS = text("zerohop_login");
const DENY_DETAILS = text("zerohop_deny");
const REFUSE_DETAILS = text("zerohop_refuse");
const NO_DETAILS = text("");

/** Answers the current request, whose outcome was Login, Deny or Refuse. */
export function sendAnswer(): void {
  makeAnswer(answer, request, decision);
  beginBuilding();
  forEachAnswerHeader(answer, addPair);
  buildPairs();
  // ngx_wasm_module makes a status line of them, and puts the byte that stands behind them into it as well.
  const details = isNginx ? NO_DETAILS : detailsOf(decision.outcome);
  proxy_send_local_response(
    answer.status,
    details.at,
    details.length,
    answer.bodyAt,
    answer.bodyLength,
    pairsAt,
    pairsLength,
    -1,
  );
}

function detailsOf(outcome: Outcome): Text {
  if (outcome == Outcome.Login) return LOGIN_DETAILS;
  return outcome == Outcome.Deny ? DENY_DETAILS : REFUSE_DETAILS;
}
