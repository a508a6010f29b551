// A call to the host's edge API.
import { allocateInArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { Text, text } from "../../memory/text";
import { addPair, addTextPair, layDown, PAIR_LIST_BYTES, PairList } from "../abi/header-pairs";
import { readHeader } from "../abi/host-calls";
import { HeaderMap, proxy_http_call, Status } from "../abi/env";
import { configuration } from "./current";
import { addProtocol } from "./protocol";

const METHOD = text(":method");
const PATH = text(":path");
const SCHEME = text(":scheme");
const HTTPS = text("https");
const AUTHORITY = text(":authority");
const AUTHORIZATION = text("authorization");
const BEARER = text("Bearer ");
const STATUS = text(":status");

/** What `sendCall` returns when there is no call. Numbers of calls have 32 bits. */
export const NO_CALL: i64 = -1;

const callHeaders: PairList = changetype<PairList>(memory.data(PAIR_LIST_BYTES, 8));
const block: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const callId: usize = memory.data(<i32>sizeof<u32>(), 4);

/** Begins a call. More headers can be added to those that it returns; the path's bytes must stay until `sendCall`. */
export function beginCall(method: Text, pathAt: usize, pathLength: i32): PairList {
  callHeaders.count = 0;
  addTextPair(callHeaders, METHOD, method);
  addPair(callHeaders, PATH, pathAt, pathLength);
  addPair(callHeaders, AUTHORITY, configuration.authorityAt, configuration.authorityLength);
  if (configuration.isSecure) addTextPair(callHeaders, SCHEME, HTTPS);
  const length = BEARER.length + configuration.edgeTokenLength;
  const authorization = allocateInArena(length);
  memory.copy(authorization, BEARER.at, BEARER.length);
  memory.copy(authorization + BEARER.length, configuration.edgeTokenAt, configuration.edgeTokenLength);
  addPair(callHeaders, AUTHORIZATION, authorization, length);
  addProtocol(callHeaders);
  return callHeaders;
}

/** Sends the call that was begun, which has no body. Returns its number, or NO_CALL when the proxy can't make it. */
export function sendCall(headers: PairList, timeoutMilliseconds: i32): i64 {
  layDown(headers, block);
  const status = proxy_http_call(
    configuration.clusterAt,
    configuration.clusterLength,
    block.at,
    block.length,
    0,
    0,
    0,
    0,
    timeoutMilliseconds,
    callId,
  );
  return status == Status.Ok ? <i64>load<u32>(callId) : NO_CALL;
}

/** Fetches a header of the answer being delivered. */
export function readAnswerHeader(found: Slice, name: Text): bool {
  return readHeader(found, HeaderMap.HttpCallResponseHeaders, name);
}

const status: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** The status of the answer being delivered; 0 when it has none. */
export function readAnswerStatus(): i32 {
  if (!readAnswerHeader(status, STATUS) || status.length != 3) return 0;
  const at = status.at;
  return (<i32>load<u8>(at) - 0x30) * 100 + (<i32>load<u8>(at, 1) - 0x30) * 10 + (<i32>load<u8>(at, 2) - 0x30);
}
