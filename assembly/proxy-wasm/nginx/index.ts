// The gate for nginx with ngx_wasm_module: proxy-wasm ABI 0.2.1 as that host needs it. It crashes where a callback export is
// missing, calls and responses outside of a request included, and it lets requests go on that were paused; docs/nginx-wasm.md
// tells what the configuration and this module do about that.
import { tellClientsApart } from "../../core/session/verification-budget";
import { allocateInArena, resetArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { forgetTime, nanoseconds } from "../abi/clock";
import { readBuffer } from "../abi/host-calls";
import { forgetLostPoll, isPoll, onPollResponse, pollForBundle } from "../edge/bundle-poller";
import { hasHost } from "../edge/configuration";
import { configuration } from "../edge/current";
import { bundleLink, credentialLink, refillQuestions, sessionLink } from "../edge/host-link";
import { Action, Buffer, proxy_set_tick_period_milliseconds } from "../abi/env";
import { countTick, TICK_MILLISECONDS } from "../edge/ticks";
import { configure } from "./configure";
import { connectionNumber } from "./connection";
import { filterRequest, onAnswer, refuseRequest } from "./filter";
import { forgetLostQuestions } from "./paused-requests";
import { beginContext, isAdmitted, refuseLine } from "./lines";

/** What nginx hands over in a callback: a configuration, or a bundle. */
const bytes: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
let wasConfigured: bool = false;

export function proxy_abi_version_0_2_1(): void {}

/** Where the host puts what it returns. 0, which the host takes for a failure, when it asks for too much. */
export function proxy_on_memory_allocate(size: i32): usize {
  return size < 0 ? 0 : allocateInArena(size);
}

/** Comes for each `proxy_wasm` line, whose parent is 0, and for each request to one, before its headers. */
export function proxy_on_context_create(context: i32, parent: i32): void {
  if (parent != 0) beginContext(context, parent);
}

export function proxy_on_vm_start(rootContext: i32, size: i32): i32 {
  return 1;
}

/** Every `proxy_wasm` line comes here. Never returns 0: what can't be used is answered with 503. */
export function proxy_on_configure(rootContext: i32, size: i32): i32 {
  resetArena();
  readBuffer(bytes, Buffer.PluginConfiguration);
  if (!configure(configuration, bytes.at, bytes.length)) {
    refuseLine(rootContext);
  } else if (!wasConfigured) {
    wasConfigured = true;
    tellClientsApart(connectionNumber, nanoseconds);
    // Once only: the host traps where a tick is set while there is one.
    proxy_set_tick_period_milliseconds(TICK_MILLISECONDS);
  }
  return 1;
}

/** Nothing here is about a request: the host would crash. */
export function proxy_on_tick(rootContext: i32): void {
  resetArena();
  forgetTime();
  countTick();
  if (!hasHost(configuration)) return;
  refillQuestions(sessionLink);
  refillQuestions(credentialLink);
  refillQuestions(bundleLink);
  forgetLostQuestions();
  forgetLostPoll();
  pollForBundle();
}

/** The current stream is the one whose request made the call; that of a poll has none. */
export function proxy_on_http_call_response(
  rootContext: i32,
  callId: i32,
  headerCount: i32,
  bodySize: i32,
  trailerCount: i32,
): void {
  resetArena();
  if (isPoll(callId)) onPollResponse(headerCount, bytes);
  else onAnswer(callId, headerCount);
}

export function proxy_on_request_headers(context: i32, headerCount: i32, endOfStream: i32): Action {
  resetArena();
  return isAdmitted(context) ? filterRequest(true) : refuseRequest();
}

export function proxy_on_request_body(context: i32, size: i32, endOfStream: i32): Action {
  return Action.Continue;
}

export function proxy_on_response_headers(context: i32, headerCount: i32, endOfStream: i32): Action {
  return Action.Continue;
}

export function proxy_on_response_body(context: i32, size: i32, endOfStream: i32): Action {
  return Action.Continue;
}

export function proxy_on_done(context: i32): i32 {
  return 1;
}

export function proxy_on_log(context: i32): void {}

export function proxy_on_delete(context: i32): void {}
