// A worker that has just started has nothing to decide with until its first bundle. In Envoy, where any callback can resume any
// request, those that come meanwhile are held for it; nginx/first-bundle.ts is for the host where that is not so.
import { bundle } from "../../core/bundle/bundle";
import { hasHost } from "../edge/configuration";
import { configuration } from "../edge/current";

/** What such requests wait for, as a subject of streams: no session's position, nor a credential's tag. */
export const FIRST_BUNDLE: u64 = 1 << 62;

let isGivenUp: bool = false;

/** Whether a request may wait for the first bundle. */
export function awaitsBundle(): bool {
  return !bundle && !isGivenUp && hasHost(configuration);
}

/** Notes that a request has waited in vain: others need not. */
export function giveUpBundle(): void {
  isGivenUp = true;
}
