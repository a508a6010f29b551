// The time by which sessions and bundles are judged: the host's, as far as its bundles tell it.
import { compareClocks, hostTime } from "../../core/bundle/host-time";
import { seconds as ownSeconds } from "../abi/clock";

/** The host's time in seconds since the epoch, as of the last tick at the earliest. */
export function seconds(): i64 {
  return hostTime(ownSeconds());
}

/** Takes what the bundle that has just come says about the time. */
export function bundleCame(): void {
  compareClocks(ownSeconds());
}
