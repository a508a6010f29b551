// A worker that has just started has no bundle, and nothing to decide with, for a quarter of a second. Requests that come then ask
// for it by themselves and wait. Each needs a call of its own, for nothing else resumes it; but while one fetches the bundle, the
// others' calls are empty ones, and only one that comes back before the bundle does fetches it too.
import { bundle } from "../../core/bundle/bundle";
import { text } from "../../memory/text";
import { callForBundle, pollsForFirst, takeBundle } from "../edge/bundle-poller";
import { NO_CALL } from "../edge/call";
import { hasHost } from "../edge/configuration";
import { configuration } from "../edge/current";
import { bundleLink, mayAsk, noteAnswer, noteQuestion, noteSilence } from "../edge/host-link";
import { Awaited, hasRoomForBundle, pause, isFetching } from "./paused-requests";

/** The poll that found no host has said so. */
const NOTHING = text("");

/** Makes the current request wait for the first bundle. False when it can't: too many do, or the host is silent. */
export function awaitBundle(): bool {
  if (bundle || !hasHost(configuration) || !hasRoomForBundle() || !mayAsk(bundleLink, false)) return false;
  return callAndPause(isFetching() || pollsForFirst() ? Awaited.OthersBundle : Awaited.Bundle);
}

/** The answer to the call of a request that waits for the bundle. True when it goes on waiting, with another call. */
export function onBundleAnswer(awaited: Awaited, headerCount: i32): bool {
  if (!takeBundle(headerCount)) {
    noteSilence(bundleLink, NOTHING);
    return false;
  }
  noteAnswer(bundleLink);
  return !bundle && awaited == Awaited.OthersBundle && callAndPause(Awaited.Bundle);
}

function callAndPause(awaited: Awaited): bool {
  noteQuestion(bundleLink, false);
  const call = callForBundle(awaited == Awaited.OthersBundle);
  if (call == NO_CALL) {
    noteSilence(bundleLink, NOTHING);
    return false;
  }
  pause(<u32>call, awaited);
  return true;
}
