// The plugin's configuration: what stands under the plugin's name in Traefik's middleware, which comes as JSON. For one that
// can't be used there is one log line, and the plugin, which then has nothing to decide with, answers 503.
import { createProblem, Problem } from "../core/policy/problem";
import { BundleResult, offerInlineBundle } from "../core/bundle/bundle";
import { writeBundleResult } from "../core/bundle/write-result";
import { Network, readNetworks } from "../core/policy/network";
import { createCache, MIN_CACHE_BYTES } from "../core/session/cache";
import { PublicKey, readPublicKeys } from "../core/session/public-key";
import { final, init, Sha512, SHA512_BYTES, update } from "../crypto/sha512";
import { createJsonReader, JsonKind } from "../encoding/json";
import { createRegion, Region } from "../memory/region";
import { text, Text } from "../memory/text";
import { followBundleFile } from "./bundle-file";
import { nanoseconds } from "./clock";
import { LogLevel } from "./imports";
import { beginLine, endLine } from "./log";

const KEYS = text("root_keys, bundle_file, bundle, max_stale, cache_bytes, trusted_proxies");

/** The most, for some 5,000 sessions. There may be as many instances as there are requests under way, each with a cache. */
const DEFAULT_CACHE_BYTES: i64 = 2 * 1024 * 1024;
const MAX_CACHE_BYTES: i64 = 256 * 1024 * 1024;
const DEFAULT_MAX_STALE: i64 = 3600;

/** The proxies whose X-Forwarded-For is believed, besides this one. */
export let trustedProxies: Network | null = null;
/** The age in seconds at which a bundle is no longer believed; 0 for never. */
export let maxStale: i64 = 0;

const reader = createJsonReader();
let region: Region = changetype<Region>(<usize>0);
let rootKeys: PublicKey | null = null;
let cacheBytes: i64 = DEFAULT_CACHE_BYTES;
let fileAt: usize = 0;
let fileLength: i32 = 0;
let bundleAt: usize = 0;
let bundleLength: i32 = 0;
let isMaxStaleGiven: bool = false;

/** Takes the configuration of this instance, once; its bytes are changed. False, after a log line, when it can't be used. */
export function configure(at: usize, length: i32): bool {
  region = createRegion();
  createSessionSecret(at, length);
  reader.read(at, length);
  if (!readMembers() || !isComplete()) return false;
  if (!isMaxStaleGiven && fileLength > 0) maxStale = DEFAULT_MAX_STALE;
  createCache(<usize>cacheBytes, digest);
  if (bundleAt) return offerInline();
  return (
    followBundleFile(fileAt, fileLength, rootKeys) ||
    refuse(text("bundle_file: no folder is mounted there; name it in the plugin's settings.mounts"))
  );
}

function readMembers(): bool {
  if (reader.peek() != JsonKind.Object) return refuse(text("must be a mapping, see `zerohop gate config --traefik`"));
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(KEYS)) {
      case 0:
        rootKeys = readPublicKeys(region, reader);
        if (!rootKeys) return refuse(text('root_keys: must be a list of Ed25519 keys such as {"kid": "…", "x": "…"}'));
        break;
      case 1:
        fileAt = reader.keepString(region);
        fileLength = reader.textLength;
        break;
      case 2:
        bundleAt = reader.valueStart();
        reader.skip();
        bundleLength = <i32>(reader.cursor - bundleAt);
        break;
      case 3:
        maxStale = readNumber();
        isMaxStaleGiven = true;
        break;
      case 4:
        cacheBytes = readNumber();
        break;
      case 5:
        trustedProxies = readNetworks(region, reader);
        if (reader.failed) return refuse(text("trusted_proxies: must be a list of addresses and CIDRs"));
        break;
      default:
        return refuseKey();
    }
  }
  return (
    reader.finished() || refuse(text("a value is of another type than expected, see `zerohop gate config --traefik`"))
  );
}

/** A number, also as a text: from container labels Traefik takes everything for one. */
function readNumber(): i64 {
  if (reader.peek() != JsonKind.String) return reader.integer();
  reader.string();
  let value: i64 = 0;
  if (reader.textLength == 0 || reader.textLength > 15) reader.fail();
  for (let i = 0; i < reader.textLength; i++) {
    const digit = <i32>load<u8>(reader.textAt + i) - 0x30;
    if (<u32>digit > 9) reader.fail();
    value = value * 10 + digit;
  }
  return value;
}

function isComplete(): bool {
  if (maxStale < 0) return refuse(text("max_stale: must be a number of seconds, 0 for no limit"));
  if (cacheBytes < <i64>MIN_CACHE_BYTES || cacheBytes > MAX_CACHE_BYTES) {
    return refuse(text("cache_bytes: must lie between 524288 and 268435456"));
  }
  if (fileLength > 0 == (bundleAt != 0)) return refuse(text("either bundle_file or bundle is needed"));
  if (fileLength > 0 && !rootKeys) return refuse(text("root_keys is needed with bundle_file"));
  return true;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/** Takes the bundle of the configuration itself. False, after a log line, when it can't be used. */
function offerInline(): bool {
  const result = offerInlineBundle(problem, bundleAt, bundleLength, rootKeys);
  if (result == BundleResult.Accepted) return true;
  const line = beginLine();
  line.text(text("configuration: bundle: "));
  writeBundleResult(line, result, problem);
  endLine(LogLevel.Error);
  return false;
}

const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));
const digest: usize = memory.data(64, 8);
const time: usize = memory.data(8, 8);

/** What spreads the session cache, so that nobody outside can aim at a place: the configuration and the moment of the start. */
function createSessionSecret(config: usize, length: i32): void {
  store<u64>(time, nanoseconds);
  init(sha512);
  update(sha512, config, length);
  update(sha512, time, 8);
  final(sha512, digest);
}

function refuseKey(): bool {
  const line = beginLine();
  line.text(text("configuration: unknown key "));
  line.bytes(reader.textAt, min(reader.textLength, 100));
  line.text(text("; allowed are "));
  line.text(KEYS);
  endLine(LogLevel.Error);
  return false;
}

/** Says why the configuration can't be used. Always false. */
export function refuse(sentence: Text): bool {
  const line = beginLine();
  line.text(text("configuration: "));
  line.text(sentence);
  endLine(LogLevel.Error);
  return false;
}
