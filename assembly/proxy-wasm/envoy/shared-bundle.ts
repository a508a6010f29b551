// The bundle that the workers of an Envoy share. One of them leads and polls the host; what comes it puts into shared data, where every
// worker looks with each tick, to verify it for itself and switch over.
import { createProblem, Problem } from "../../core/policy/problem";
import { bundle, BundleResult, offerSignedBundle } from "../../core/bundle/bundle";
import { PublicKey } from "../../core/session/public-key";
import { Writer } from "../../encoding/writer";
import { Slice } from "../../memory/slice";
import { keepText, Text, text } from "../../memory/text";
import { readSharedData, SharedValue } from "../abi/host-calls";
import { proxy_set_shared_data } from "../abi/env";
import { logBundle } from "../edge/bundle-poller";
import { configuration } from "../edge/current";
import { bundleCame } from "../edge/host-clock";
import { isLeader } from "./leader";

/** Names of shared values. They end in the root key's id, so that gates of two hosts in one process do not mix. */
@unmanaged
class Names {
  bundle: Text;
  state: Text;
  leader: Text;
}

/** Version and time of signing of the bundle in shared data. */
@unmanaged
class State {
  version: i64;
  issuedAt: i64;
}

const names: Names = changetype<Names>(memory.data(offsetof<Names>(), 8));
const state: State = changetype<State>(memory.data(offsetof<State>(), 8));
const found: SharedValue = changetype<SharedValue>(memory.data(offsetof<SharedValue>(), 8));

/** Names the shared values, once and for all, and takes the bundle that other workers have put there. */
export function startSharing(rootKeys: PublicKey | null): void {
  if (names.bundle) return;
  names.bundle = nameOf(text("zerohop.bundle."), rootKeys);
  names.state = nameOf(text("zerohop.state."), rootKeys);
  names.leader = nameOf(text("zerohop.leader."), rootKeys);
  takeSharedBundle();
}

const name: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function nameOf(prefix: Text, key: PublicKey | null): Text {
  name.begin(prefix.length + (key ? key.kidLength : 0));
  name.text(prefix);
  if (key) name.bytes(key.kidAt, key.kidLength);
  return keepText(name.at, name.length);
}

/** Whether this worker is the one that polls the host. Called with every tick. */
export function leadsWorkers(): bool {
  return isLeader(names.leader);
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/** Takes the bundle that another worker has fetched, if it is newer than the one here. */
export function takeSharedBundle(): void {
  if (!readSharedData(found, names.state) || found.length != offsetof<State>()) return;
  const shared = changetype<State>(found.at);
  const current = bundle;
  if (
    current &&
    (shared.version < current.version || (shared.version == current.version && shared.issuedAt <= current.issuedAt))
  ) {
    return;
  }
  if (!readSharedData(found, names.bundle)) return;
  const result = offerSignedBundle(problem, found.at, found.length, configuration.rootKeys);
  if (result == BundleResult.Accepted) {
    bundleCame();
    logBundle(text("took over bundle version "));
  }
}

/** Gives the other workers the bundle that is in force here, which came as these bytes. */
export function shareBundle(signed: Slice): void {
  const current = bundle;
  if (!current) return;
  proxy_set_shared_data(names.bundle.at, names.bundle.length, signed.at, signed.length, 0);
  state.version = current.version;
  state.issuedAt = current.issuedAt;
  proxy_set_shared_data(names.state.at, names.state.length, changetype<usize>(state), offsetof<State>(), 0);
}
