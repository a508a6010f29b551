// The bundle that the workers of an Envoy share. One of them leads and polls the host; what comes it puts into shared data, where every
// worker looks with each tick, to verify it for itself and switch over. Shared data always has all that makes up what is in force:
//
//   bundle      the last whole one, a JWS
//   snapshot    what was revoked since, up to some version (snapshot.ts)
//   feed        the version and time that all this comes to, and what was revoked since the snapshot:
//               ┌──────────────┬───────────────┬──────────────┬───────────────┬─────────────┬──────────────┬─
//               │ version: i64 │ issuedAt: i64 │ version: i64 │ issuedAt: i64 │ length: i64 │ JWS, aligned │ …
//               └──────────────┴───────────────┴──────────────┴───────────────┴─────────────┴──────────────┴─
//
// Each is written whole, the feed last, and never in the place of a later one. Two that lead for a moment, or for several gates of a Caddy,
// may write over each other: whoever then finds less than the feed says there is asks the host itself.
import { createProblem, Problem } from "../../core/policy/problem";
import { bundle, dropBundle } from "../../core/bundle/bundle";
import { offerNews } from "../../core/bundle/feed";
import { PublicKey } from "../../core/session/public-key";
import { Writer } from "../../encoding/writer";
import { Slice } from "../../memory/slice";
import { keepText, Text, text } from "../../memory/text";
import { readSharedData, SharedValue } from "../abi/host-calls";
import { proxy_set_shared_data, Status } from "../abi/env";
import { logBundle } from "../edge/bundle-poller";
import { configuration } from "../edge/current";
import { bundleCame } from "../edge/host-clock";
import { isLeader } from "./leader";
import { align, takeSnapshot, writeAligned, writeSnapshot } from "./snapshot";

/**
 * Names of shared values. They end in the root key's id, so that gates of two hosts in one process do not mix, and begin with what
 * workers of another release, which go on until an Envoy has drained them, do not have: each release has a leader of its own.
 */
@unmanaged
class Names {
  bundle: Text;
  snapshot: Text;
  feed: Text;
  leader: Text;
}

/** A version and its time of signing. */
@unmanaged
class Stamp {
  version: i64;
  issuedAt: i64;
}

/** What precedes a JWS of the feed. */
@unmanaged
class FeedEntry extends Stamp {
  length: i64;
}

/** When the feed in shared data has become as long as this, a snapshot takes its place. Bytes: some 80 answers of the host. */
const LONGEST_FEED: i32 = 32 * 1024;

const names: Names = changetype<Names>(memory.data(offsetof<Names>(), 8));
const stamp: Stamp = changetype<Stamp>(memory.data(offsetof<Stamp>(), 8));
/** What there was in shared data when not all of it could be taken. */
const missed: Stamp = changetype<Stamp>(memory.data(offsetof<Stamp>(), 8));
const found: SharedValue = changetype<SharedValue>(memory.data(offsetof<SharedValue>(), 8));

/** Names the shared values, once and for all, and takes the bundle that other workers have put there. */
export function startSharing(rootKeys: PublicKey | null): void {
  if (names.bundle) return;
  names.bundle = nameOf(text("zerohop.2.bundle."), rootKeys);
  names.snapshot = nameOf(text("zerohop.2.snapshot."), rootKeys);
  names.feed = nameOf(text("zerohop.2.feed."), rootKeys);
  names.leader = nameOf(text("zerohop.2.leader."), rootKeys);
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

/**
 * Takes the bundle that another worker has fetched, if it is newer than the one here. False when there is something newer that shared
 * data does not have all of.
 */
export function takeSharedBundle(): bool {
  if (!readSharedData(found, names.feed) || found.length < <i32>offsetof<Stamp>()) return true;
  const shared = changetype<Stamp>(found.at);
  if (!isBehind(shared)) return true;
  if (shared.version == missed.version && shared.issuedAt == missed.issuedAt) return false;
  const hadNone = !bundle;
  const issuedAt = bundle ? bundle!.issuedAt : 0;
  const epoch = bundle ? bundle!.epoch : 0;
  const feedAt = found.at;
  const feedLength = found.length;
  if (!hadNone) takeFeed(feedAt, feedLength);
  if (isBehind(shared)) {
    if (readSharedData(found, names.bundle)) offerNews(problem, found.at, found.length, configuration.rootKeys);
    if (readSharedData(found, names.snapshot)) takeSnapshot(found, configuration);
    takeFeed(feedAt, feedLength);
  }
  const isLevel = !isBehind(shared);
  if (!isLevel) memory.copy(changetype<usize>(missed), changetype<usize>(shared), offsetof<Stamp>());
  // Without what was revoked since, a bundle is as good as none for a worker that has just started.
  if (hadNone && !isLevel) dropBundle();
  const current = bundle;
  // What has nothing revoked in it tells the time all the same.
  if (current && (current.epoch != epoch || current.issuedAt != issuedAt)) {
    bundleCame();
    logBundle(text("took over bundle version "));
  }
  return isLevel;
}

/** Whether something is newer than the bundle in force here. */
function isBehind(other: Stamp): bool {
  const current = bundle;
  if (!current || other.version != current.version) return !current || other.version > current.version;
  return other.issuedAt > current.issuedAt;
}

/** Takes what is news of the feed in shared data. */
function takeFeed(feedAt: usize, length: i32): void {
  const end = feedAt + length;
  let at = feedAt + offsetof<Stamp>();
  while (at + offsetof<FeedEntry>() <= end) {
    const entry = changetype<FeedEntry>(at);
    at += offsetof<FeedEntry>();
    if (<u64>entry.length > <u64>(end - at)) return;
    if (isBehind(entry)) offerNews(problem, at, <i32>entry.length, configuration.rootKeys);
    at += align(<i32>entry.length);
  }
}

/** The feed, or a snapshot, while it is put together. */
const written: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const entry: FeedEntry = changetype<FeedEntry>(memory.data(offsetof<FeedEntry>(), 8));

/** The version of the bundle in force; -1 for none. */
export function versionInForce(): i64 {
  const current = bundle;
  return current ? current.version : -1;
}

/** How often the same is tried where others write there at the same time: whoever writes last must not take back what is newer. */
const TRIES: i32 = 8;

/**
 * Gives the other workers the bundle that is in force here since these bytes came, a whole one or what has `extended` it, in the place of
 * one with the version `before`.
 */
export function shareBundle(signed: Slice, before: i64, extended: bool): void {
  for (let i = 0; i < TRIES; i++) if (hasShared(signed, before, extended)) return;
}

/** False when somebody else has written there meanwhile. */
function hasShared(signed: Slice, before: i64, extended: bool): bool {
  const current = bundle;
  if (!current) return true;
  let cas: u32 = 0;
  let length = 0;
  if (readSharedData(found, names.feed) && found.length >= <i32>offsetof<Stamp>()) {
    const shared = changetype<Stamp>(found.at);
    if (shared.version > current.version) return true;
    cas = found.cas;
    // What others have put there leads to where this worker was, or there is nothing that could be added to it.
    if (shared.version == before) length = found.length;
  }
  stamp.version = current.version;
  stamp.issuedAt = current.issuedAt;
  if (extended) {
    if (length > 0 && length + signed.length <= LONGEST_FEED) return extendFeed(signed, length, cas);
    writeSnapshot(written, current, configuration);
    share(names.snapshot, written.at, written.length, 0);
  } else {
    share(names.bundle, signed.at, signed.length, 0);
  }
  return share(names.feed, changetype<usize>(stamp), offsetof<Stamp>(), cas);
}

/** Adds a JWS to the feed that was found. False when somebody else has written there meanwhile. */
function extendFeed(signed: Slice, length: i32, cas: u32): bool {
  entry.version = stamp.version;
  entry.issuedAt = stamp.issuedAt;
  entry.length = signed.length;
  written.begin(length + <i32>offsetof<FeedEntry>() + <i32>align(signed.length));
  written.bytes(changetype<usize>(stamp), offsetof<Stamp>());
  written.bytes(found.at + offsetof<Stamp>(), length - <i32>offsetof<Stamp>());
  written.bytes(changetype<usize>(entry), offsetof<FeedEntry>());
  writeAligned(written, signed.at, signed.length);
  return share(names.feed, written.at, written.length, cas);
}

function share(key: Text, at: usize, length: usize, cas: u32): bool {
  return proxy_set_shared_data(key.at, key.length, at, <i32>length, cas) == Status.Ok;
}
