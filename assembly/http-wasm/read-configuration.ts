// The plugin's configuration: what stands under the plugin's name in Traefik's middleware, which comes as JSON. For one that
// can't be used there is one log line, and the plugin, which then has nothing to decide with, answers 503.
import { createProblem, Problem } from "../core/policy/problem";
import { BundleResult, offerInlineBundle } from "../core/bundle/bundle";
import { writeBundleResult } from "../core/bundle/write-result";
import { DEFAULT_MAX_STALE, limitProblem, makeSecret, NOT_NETWORKS, NOT_ROOT_KEYS } from "../core/gate-configuration";
import { readNetworks } from "../core/policy/network";
import { createCache } from "../core/session/cache";
import { limitProfiles } from "../core/session/profiles";
import { readPublicKeys } from "../core/session/public-key";
import { createJsonReader, JsonKind } from "../encoding/json";
import { createRegion } from "../memory/region";
import { text, Text } from "../memory/text";
import { followBundleFile } from "./bundle-file";
import { Configuration } from "./configuration";
import { LogLevel } from "./http_handler";
import { beginLine, endLine } from "./log";
import { fillRandom } from "./random";
import { useRenewals } from "./renewals";

const KEYS = text("root_keys, bundle_file, bundle, max_stale, cache_bytes, trusted_proxies, renewals");

/** The most, for some 7,000 sessions. There may be as many instances as there are requests under way, each with a cache. */
const DEFAULT_CACHE_BYTES: i64 = 2 * 1024 * 1024;

const reader = createJsonReader();

/**
 * Takes the configuration of this instance, once, with the session cache and the bundle that belong to it; its bytes are changed. False,
 * after a log line, when it can't be used. `now` is in nanoseconds.
 */
export function configure(configuration: Configuration, at: usize, length: i32, now: u64): bool {
  // Nobody outside can aim at a place of the cache. Made first, for reading changes the bytes.
  const secret = makeSecret(at, length, now, fillRandom);
  if (!readMembers(configuration, at, length) || !isComplete(configuration)) return false;
  createCache(<usize>configuration.cacheBytes, secret);
  limitProfiles(<u32>(configuration.cacheBytes / 4));
  if (configuration.renewalsLength > 0 && !useRenewals(configuration.renewalsAt, configuration.renewalsLength)) {
    return refuse(text("renewals: no folder is mounted there; name it in the plugin's settings.mounts"));
  }
  if (configuration.bundleAt) return offerInline(configuration);
  return (
    followBundleFile(configuration.fileAt, configuration.fileLength, configuration.rootKeys) ||
    refuse(text("bundle_file: no folder is mounted there; name it in the plugin's settings.mounts"))
  );
}

function readMembers(configuration: Configuration, at: usize, length: i32): bool {
  const region = createRegion();
  let isMaxStaleGiven = false;
  configuration.cacheBytes = DEFAULT_CACHE_BYTES;
  reader.read(at, length);
  if (reader.peek() != JsonKind.Object) return refuse(text("must be a mapping"));
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(KEYS)) {
      case 0:
        configuration.rootKeys = readPublicKeys(region, reader);
        if (!configuration.rootKeys) return refuse(NOT_ROOT_KEYS);
        break;
      case 1:
        configuration.fileAt = reader.keepString(region);
        configuration.fileLength = reader.textLength;
        break;
      case 2:
        configuration.bundleAt = reader.valueStart();
        reader.skip();
        configuration.bundleLength = <i32>(reader.cursor - configuration.bundleAt);
        break;
      case 3:
        configuration.maxStale = readNumber();
        isMaxStaleGiven = true;
        break;
      case 4:
        configuration.cacheBytes = readNumber();
        break;
      case 5:
        configuration.trustedProxies = readNetworks(region, reader);
        if (reader.failed) return refuse(NOT_NETWORKS);
        break;
      case 6:
        configuration.renewalsAt = reader.keepString(region);
        configuration.renewalsLength = reader.textLength;
        break;
      default:
        return refuseKey();
    }
  }
  if (configuration.fileLength > 0 && !isMaxStaleGiven) configuration.maxStale = DEFAULT_MAX_STALE;
  return reader.finished() || refuse(text("a wrong type"));
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

function isComplete(configuration: Configuration): bool {
  const hasFile = configuration.fileLength > 0;
  const beyond = limitProblem(configuration.maxStale, configuration.cacheBytes);
  if (beyond) return refuse(beyond);
  if (hasFile == (configuration.bundleAt != 0)) return refuse(text("either bundle_file or bundle is needed"));
  if (hasFile && !configuration.rootKeys) return refuse(text("root_keys is needed"));
  return true;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/** Takes the bundle of the configuration itself. False, after a log line, when it can't be used. */
function offerInline(configuration: Configuration): bool {
  const result = offerInlineBundle(problem, configuration.bundleAt, configuration.bundleLength, configuration.rootKeys);
  if (result == BundleResult.Accepted) return true;
  const line = beginLine();
  line.text(text("configuration: bundle: "));
  writeBundleResult(line, result, problem);
  endLine(LogLevel.Error);
  return false;
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
