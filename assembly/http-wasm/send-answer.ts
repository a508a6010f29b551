// Sends the core's answer to the client: first its headers, then the status, which sends the head, then the body.
import { bodyAt, bodyLength, status } from "../core/answer/answer";
import { forEachAnswerHeader } from "../core/answer/answer-headers";
import { Outcome } from "../core/decide/decide";
import { Text } from "../memory/text";
import { set_header_value, set_status_code, Side, write_body } from "./imports";

/** Sends the answer made last, to a request of this outcome. */
export function sendAnswer(outcome: Outcome): void {
  forEachAnswerHeader(outcome, setHeader);
  set_status_code(status);
  if (bodyLength > 0) write_body(Side.Response, bodyAt, bodyLength);
}

function setHeader(name: Text, at: usize, length: i32): void {
  set_header_value(Side.Response, name.at, name.length, at, length);
}
