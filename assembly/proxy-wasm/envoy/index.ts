// The gate for Envoy and what is built on it (Istio, Envoy Gateway): proxy-wasm ABI 0.2.1. It exports the callbacks it uses
// and no others, for Envoy calls every one it finds on every request.
import { BundleResult } from "../../core/bundle/bundle";
import { tellClientsApart } from "../../core/session/verification-budget";
import { allocateInArena, resetArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { forgetTime, nanoseconds } from "../abi/clock";
import { seconds } from "../edge/host-clock";
import { readBuffer } from "../abi/host-calls";
import { isPoll, onPollResponse, pollForBundle, pollOn } from "../edge/bundle-poller";
import { hasHost } from "../edge/configuration";
import { configuration } from "../edge/current";
import { configure } from "./configure";
import { connectionNumber } from "./connection";
import { credentialLink, refillQuestions, sessionLink } from "../edge/host-link";
import { Action, Buffer, proxy_set_tick_period_milliseconds } from "../abi/env";
import { reportMetrics } from "../edge/metrics";
import { filterRequest } from "./filter";
import { filterResponse, onAnswer, sweepStreams } from "./resume";
import { leadsWorkers, shareBundle, startSharing, takeSharedBundle, versionInForce } from "./shared-bundle";
import { checkOpenStreams } from "./open-streams";
import { beginStream } from "./streams";
import { countTick, TICK_MILLISECONDS } from "../edge/ticks";

// @ts-ignore: decorator
@global
// biome-ignore lint/correctness/noUnusedVariables: abi/random.ts asks whether it is defined
const IS_RANDOM_SAFE: bool = true;

/** Ticks of a gate that polls nobody: they only keep its notion of time. */
const CLOCK_MILLISECONDS: u32 = 500;

export function proxy_abi_version_0_2_1(): void {}

/** Where the host puts what it returns. 0, which the host takes for a failure, when it asks for too much. */
export function proxy_on_memory_allocate(size: i32): usize {
  return size < 0 ? 0 : allocateInArena(size);
}

/** What the proxy hands over in a callback: a configuration, or a bundle. */
const bytes: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
let wasConfigured: bool = false;

/**
 * Returns 0 only for a configuration after one that was in force. The first one that can't be used is accepted all the same:
 * after a 0 Envoy would not start at all, hosts of other filters included. The gate then answers 503 by itself.
 */
export function proxy_on_configure(rootContext: i32, size: i32): i32 {
  resetArena();
  readBuffer(bytes, Buffer.PluginConfiguration);
  if (!configure(configuration, bytes.at, bytes.length)) return i32(!wasConfigured);
  wasConfigured = true;
  tellClientsApart(connectionNumber, nanoseconds);
  if (hasHost(configuration)) startSharing(configuration.rootKeys);
  proxy_set_tick_period_milliseconds(hasHost(configuration) ? TICK_MILLISECONDS : CLOCK_MILLISECONDS);
  return 1;
}

export function proxy_on_tick(rootContext: i32): void {
  resetArena();
  forgetTime();
  countTick();
  if (hasHost(configuration)) {
    refillQuestions(sessionLink);
    refillQuestions(credentialLink);
    const isLevel = takeSharedBundle();
    if (leadsWorkers() || !isLevel) pollForBundle();
  }
  reportMetrics(seconds());
  // These speak for streams; what speaks for the gate itself comes before.
  checkOpenStreams(seconds());
  sweepStreams();
}

export function proxy_on_http_call_response(
  rootContext: i32,
  callId: i32,
  headerCount: i32,
  bodySize: i32,
  trailerCount: i32,
): void {
  resetArena();
  if (isPoll(callId)) {
    const before = versionInForce();
    const result = onPollResponse(headerCount, bytes);
    if (result != BundleResult.Unchanged) shareBundle(bytes, before, result == BundleResult.Extended);
    // What is revoked until the next tick has somebody to be told to.
    if (leadsWorkers()) pollOn();
    sweepStreams();
  } else {
    onAnswer(callId, headerCount);
  }
}

export function proxy_on_request_headers(context: i32, headerCount: i32, endOfStream: i32): Action {
  resetArena();
  beginStream(context);
  return filterRequest(context, true);
}

/** Unless the configuration wants more, nothing is read here but the Content-Type of what may turn out to be an event stream. */
export function proxy_on_response_headers(context: i32, headerCount: i32, endOfStream: i32): Action {
  return filterResponse(context, endOfStream != 0);
}
