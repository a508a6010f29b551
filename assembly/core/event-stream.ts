// Requests whose answers may go on for as long as a page is open, so that a gate that can watch over them closes them with their session.
import { equalIgnoringCase, indexOf } from "../memory/bytes";
import { text } from "../memory/text";
import { isMediaType } from "./preferences";
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
  return request.isUpgrade || isGrpc(request) ? Streaming.Yes : acceptedStreaming(request);
}

/** As the types below `text/` in a request's Accept have it, of which an event stream counts before a page. */
function acceptedStreaming(request: Request): Streaming {
  const at = request.acceptAt;
  const length = request.acceptLength;
  let accepted = Streaming.Perhaps;
  for (let i = 0; i < length; i++) {
    while (i < length && (load<u8>(at + i) == 0x20 || load<u8>(at + i) == 0x2c || load<u8>(at + i) == 0x09)) i++;
    // "text", in whatever case.
    if (length - i > 4 && (load<u32>(at + i) | 0x20202020) == 0x74786574) {
      if (isMediaType(at + i, length - i, EVENT_STREAM)) return Streaming.Yes;
      if (isMediaType(at + i, length - i, PAGE)) accepted = Streaming.No;
    }
    const comma = indexOf(at + i, length - i, 0x2c);
    if (comma < 0) break;
    i += comma;
  }
  return accepted;
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
