// Sends the core's answer to the client.
import { makeAnswer } from "../../core/answer/answer";
import { forEachAnswerHeader } from "../../core/answer/answer-headers";
import { answer, decision, request } from "../../core/current";
import { Slice } from "../../memory/slice";
import { Text } from "../../memory/text";
import { addPair, layDown, PAIR_LIST_BYTES, PairList } from "../abi/header-pairs";
import { proxy_send_local_response } from "../abi/env";

const headers: PairList = changetype<PairList>(memory.data(PAIR_LIST_BYTES, 8));
const block: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Answers the current request, whose outcome was Login, Deny or Refuse. The details are for the proxy's access log. */
export function sendAnswer(details: Text): void {
  makeAnswer(answer, request, decision);
  headers.count = 0;
  forEachAnswerHeader(answer, addHeader);
  layDown(headers, block);
  proxy_send_local_response(
    answer.status,
    details.at,
    details.length,
    answer.bodyAt,
    answer.bodyLength,
    block.at,
    block.length,
    -1,
  );
}

function addHeader(name: Text, at: usize, length: i32): void {
  addPair(headers, name, at, length);
}
