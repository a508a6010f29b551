// Sends the core's answer to the client: first its headers, then the status, which sends the head, then the body.
import { Answer } from "../core/answer/answer";
import { forEachAnswerHeader, SET_COOKIE } from "../core/answer/answer-headers";
import { Text } from "../memory/text";
import { add_header_value, set_header_value, set_status_code, Side, write_body } from "./http_handler";

/** Sends an answer to the current request. */
export function sendAnswer(answer: Answer): void {
  forEachAnswerHeader(answer, setHeader);
  set_status_code(answer.status);
  if (answer.bodyLength > 0) write_body(Side.Response, answer.bodyAt, answer.bodyLength);
}

/** A cookie stands beside those that another middleware may have set; any other header is the answer's alone. */
function setHeader(name: Text, at: usize, length: i32): void {
  if (name == SET_COOKIE) add_header_value(Side.Response, name.at, name.length, at, length);
  else set_header_value(Side.Response, name.at, name.length, at, length);
}
