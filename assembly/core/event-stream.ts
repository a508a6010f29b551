// Requests whose answers may go on for as long as a page is open, so that a gate that can watch over them closes them with their session.
import { equalIgnoringCase } from "../memory/bytes";
import { text } from "../memory/text";
import { acceptedText, isMediaType } from "./preferences";
import { Request } from "./request";

const EVENT_STREAM = text("text/event-stream");
const PAGE = text("text/html");
const GRPC = text("application/grpc");

export const enum Streaming {
  /** It asks for a page. */
  No,
  /** The Content-Type of its answer will tell. */
  Perhaps,
  Yes,
}

/**
 * Whether a request asks for such an answer: it is to change protocols, has an EventSource's Accept (HTML standard, section 9.2), or is a
 * call of gRPC, of which no header tells whether one answer comes or many.
 */
export function streamingOf(request: Request): Streaming {
  if (request.isUpgrade || isGrpc(request)) return Streaming.Yes;
  const accepted = acceptedText(request, EVENT_STREAM, PAGE);
  if (accepted == 1) return Streaming.Yes;
  return accepted == 2 ? Streaming.No : Streaming.Perhaps;
}

/** Whether a Content-Type is that of an event stream. */
export function isEventStream(at: usize, length: i32): bool {
  return isMediaType(at, length, EVENT_STREAM);
}

/** `application/grpc`, and what says its encoding behind that: `+proto`, `-web`. */
function isGrpc(request: Request): bool {
  if (request.contentTypeLength < GRPC.length) return false;
  return equalIgnoringCase(request.contentTypeAt, GRPC.length, GRPC.at, GRPC.length);
}
