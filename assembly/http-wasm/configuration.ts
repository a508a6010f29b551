// What a configuration of the plugin says, as a value.
import { Network } from "../core/policy/network";
import { PublicKey } from "../core/session/public-key";


@unmanaged
export class Configuration {
  /** The public halves of the keys that sign bundles. */
  rootKeys: PublicKey | null;
  /** The bundle's file, as the plugin sees it; length 0 when there is none. */
  fileAt: usize;
  fileLength: i32;
  /** The folder by which sessions are renewed, as the plugin sees it; length 0 when there is none. */
  renewalsAt: usize;
  renewalsLength: i32;
  /** The bundle itself; length 0 when it is in a file. */
  bundleAt: usize;
  bundleLength: i32;
  /** The proxies whose X-Forwarded-For is believed, besides this one. */
  trustedProxies: Network | null;
  /** The age in seconds at which a bundle is no longer believed; 0 for never. */
  maxStale: i64;
  /** What the session cache takes at most. */
  cacheBytes: i64;
}
