// Sends the core's answer to the client: first its headers, then the status, which sends the head, then the body.
import { answer } from "../core/current";
import { forEachAnswerHeader } from "../core/answer/answer-headers";
import { Text } from "../memory/text";
import { set_header_value, set_status_code, Side, write_body } from "./imports";

/** Sends the answer to the current request. */
export function sendAnswer(): void {
  forEachAnswerHeader(answer, setHeader);
  set_status_code(answer.status);
  if (answer.bodyLength > 0) write_body(Side.Response, answer.bodyAt, answer.bodyLength);
}

function setHeader(name: Text, at: usize, length: i32): void {
  set_header_value(Side.Response, name.at, name.length, at, length);
}
