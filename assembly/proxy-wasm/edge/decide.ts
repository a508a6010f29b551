// The decision about the current request by a gate that can ask the host, with what it knows of the host.
import { bundle } from "../../core/bundle/bundle";
import { decision, request } from "../../core/current";
import { decide, refuseUndecided } from "../../core/decide/decide";
import { Outcome } from "../../core/decide/decision";
import { Refusal } from "../../core/refusal";
import { HostState } from "../../core/session/lease";
import { configuration } from "./current";
import { credentialLink, stateOf, sessionLink } from "./host-link";

/** Decides the request; `isRead` tells whether its headers could be understood, and `now` is in seconds since the epoch. */
export function decideNow(isRead: bool, now: i64): Outcome {
  if (!isRead) return refuseUndecided(decision, Refusal.Headers);
  return decideWith(stateOf(sessionLink), stateOf(credentialLink), now);
}

/** Decides the request that would have to wait for the host as if that were silent: never Wait. */
export function decideUnanswered(now: i64): Outcome {
  return decideWith(HostState.Silent, HostState.Silent, now);
}

/** Whether the request was refused for want of a bundle alone. */
export function lacksBundle(): bool {
  return decision.outcome == Outcome.Refuse && decision.refusal == Refusal.NoBundle;
}

function decideWith(hostState: HostState, basicHostState: HostState, now: i64): Outcome {
  return decide(decision, request, bundle, now, configuration.maxStale, hostState, basicHostState);
}
