// A call to the host's edge API.
import { allocateInArena } from "../../memory/arena";
import { startsWithText, Text, text } from "../../memory/text";
import { authorityAt, authorityLength, clusterAt, clusterLength, edgeTokenAt, edgeTokenLength } from "./config";
import { addPair, addTextPair, beginBuilding, buildPairs, pairsAt, pairsLength } from "../abi/header-pairs";
import { clearResult, resultAt, resultLength, returnedAt, returnedLength } from "../abi/host-calls";
import { isNginx } from "./host-kind";
import { HeaderMap, proxy_get_header_map_value, proxy_http_call, Status } from "../abi/imports";

const METHOD = text(":method");
const PATH = text(":path");
const AUTHORITY = text(":authority");
const AUTHORIZATION = text("authorization");
const BEARER = text("Bearer ");
const STATUS = text(":status");

const callId: usize = memory.data(8, 4);

/** Begins the headers of a call; more pairs can be added. The path's bytes must stay until `sendCall`. */
export function beginCall(method: Text, pathAt: usize, pathLength: i32): void {
  beginBuilding();
  addTextPair(METHOD, method);
  addPair(PATH, pathAt, pathLength);
  if (isNginx && isSecure()) {
    // It is the name in the certificate as well, which has no port.
    addPair(AUTHORITY, authorityAt, nameLength(authorityAt, authorityLength));
    addTextPair(text(":scheme"), text("https"));
  } else {
    addPair(AUTHORITY, authorityAt, authorityLength);
  }
  const authorization = allocateInArena(BEARER.length + edgeTokenLength);
  memory.copy(authorization, BEARER.at, BEARER.length);
  memory.copy(authorization + BEARER.length, edgeTokenAt, edgeTokenLength);
  addPair(AUTHORIZATION, authorization, BEARER.length + edgeTokenLength);
}

/** How much of `name:port` is the name. */
function nameLength(at: usize, length: i32): i32 {
  let end = length;
  while (end > 0 && <u32>load<u8>(at + end - 1) - 0x30 <= 9) end--;
  return end > 1 && load<u8>(at + end - 1) == 0x3a ? end - 1 : length;
}

/** In nginx a cluster is an address, behind `https://` where the host is to be called over TLS. */
function isSecure(): bool {
  return startsWithText(clusterAt, clusterLength, text("https://"));
}

/** Sends the call, which has no body. Its number is in `callNumber` then; false when the proxy can't make it. */
export function sendCall(timeoutMilliseconds: i32): bool {
  buildPairs();
  const prefix = isNginx && isSecure() ? text("https://").length : 0;
  return (
    proxy_http_call(
      clusterAt + prefix,
      clusterLength - prefix,
      pairsAt,
      pairsLength,
      0,
      0,
      0,
      0,
      timeoutMilliseconds,
      callId,
    ) == Status.Ok
  );
}

/** The number of the call sent last. */
export function callNumber(): u32 {
  return load<u32>(callId);
}

/** Fetches a header of the answer being delivered into `returned`. */
export function readAnswerHeader(name: Text): bool {
  clearResult();
  const found = proxy_get_header_map_value(
    HeaderMap.HttpCallResponseHeaders,
    name.at,
    name.length,
    resultAt,
    resultLength,
  );
  return found == Status.Ok;
}

/** The status of the answer being delivered; 0 when it has none. */
export function readAnswerStatus(): i32 {
  if (!readAnswerHeader(STATUS) || returnedLength() != 3) return 0;
  const at = returnedAt();
  return (<i32>load<u8>(at) - 0x30) * 100 + (<i32>load<u8>(at, 1) - 0x30) * 10 + (<i32>load<u8>(at, 2) - 0x30);
}
