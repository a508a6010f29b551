// Takes the configurations that nginx gives: one for each `proxy_wasm` line, of which the first that can be used is in force for good.
import { Address, readAddress } from "../../core/policy/network";
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { createJsonReader } from "../../encoding/json";
import { Writer } from "../../encoding/writer";
import { allocateInArena } from "../../memory/arena";
import { Region } from "../../memory/region";
import { startsWithText, text, Text } from "../../memory/text";
import { LogLevel } from "../abi/env";
import { logLine } from "../abi/log";
import { Configuration, isInForce, SessionSetCookies } from "../edge/configuration";
import { isOfSameHost, NO_OBJECT, readConfiguration, refuse } from "../edge/read-configuration";

const complaint: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Takes a configuration, whose bytes this changes. False, after one log line, when it can't be used or another is in force. */
export function configure(configuration: Configuration, at: usize, length: i32): bool {
  const isTaken = isInForce(configuration)
    ? saysTheSame(configuration, at, length)
    : readConfiguration(configuration, at, length, fitToNginx, complaint);
  if (!isTaken) logLine(LogLevel.Critical, complaint);
  return isTaken;
}

/** Whether a configuration says what the one in force says. False after a complaint. */
function saysTheSame(configuration: Configuration, at: usize, length: i32): bool {
  const offered = settingsOf(at, length);
  if (offered == 0) return refuse(complaint, NO_OBJECT);
  const isSame =
    offered == settingsOf(configuration.sourceAt, configuration.sourceLength) &&
    isOfSameHost(configuration, at, length, configuration.rootKeys == null);
  return (
    isSame ||
    refuse(complaint, text("this module already has another configuration; give each one a `module` name of its own"))
  );
}

const reader = createJsonReader();
const NO_KEY: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/**
 * Sums up what a configuration says besides its root keys, in whatever order and with whatever white space, but for the edge token:
 * one of a host's is as good as another. 0 when it is no JSON object.
 */
function settingsOf(at: usize, length: i32): u64 {
  const copy = allocateInArena(length);
  if (!copy) return 0;
  memory.copy(copy, at, length);
  reader.read(copy, length);
  reader.enterObject();
  let sum: u64 = 1;
  while (reader.nextKey()) {
    const name = siphash(NO_KEY, reader.textAt, reader.textLength);
    const counts = reader.wordIn(text("root_keys, edge_token")) < 0;
    const from = reader.valueStart();
    reader.skip();
    if (counts && !reader.failed) sum += name * (siphash(NO_KEY, from, compact(from, reader.cursor)) | 1);
  }
  return reader.finished() ? sum | 1 : 0;
}

/** Takes the white space out of a JSON value that reaches to `end`, in place. Returns how long it is then. */
function compact(at: usize, end: usize): i32 {
  let to = at;
  let isInString = false;
  for (let from = at; from < end; from++) {
    const byte = load<u8>(from);
    if (byte == 0x22) isInString = !isInString;
    if (byte <= 0x20 && !isInString) continue;
    store<u8>(to++, byte);
    if (byte == 0x5c && isInString) store<u8>(to++, load<u8>(++from));
  }
  return <i32>(to - at);
}

const HTTPS = text("https://");

/**
 * In nginx the host's cluster is its address, behind `https://` where it is to be called over TLS: with a name the edge token would go
 * to whatever address a resolver gives.
 */
function fitToNginx(configuration: Configuration, region: Region): Text | null {
  if (configuration.edgeTokenVariableLength != 0) {
    return text("edge_token_variable: is for Envoy alone; nginx has the edge token in its configuration");
  }
  if (configuration.sessionSetCookies != SessionSetCookies.Unmentioned) {
    return text("drop_session_set_cookie: is for Envoy alone, see docs/nginx-wasm.md");
  }
  if (configuration.clusterLength == 0) return null;
  if (startsWithText(configuration.clusterAt, configuration.clusterLength, HTTPS)) {
    configuration.isSecure = true;
    configuration.clusterAt += HTTPS.length;
    configuration.clusterLength -= HTTPS.length;
    // The authority is the name in the certificate as well, which has no port.
    configuration.authorityLength = withoutPort(configuration.authorityAt, configuration.authorityLength);
  }
  if (isAddressAndPort(configuration.clusterAt, configuration.clusterLength)) return null;
  return text(
    "host_cluster: must be the host's IP address and port, such as 127.0.0.1:9091, or https://203.0.113.5:443",
  );
}

/** How much of `name:port` is the name. */
function withoutPort(at: usize, length: i32): i32 {
  let end = length;
  while (end > 0 && <u32>load<u8>(at + end - 1) - 0x30 <= 9) end--;
  return end > 1 && load<u8>(at + end - 1) == 0x3a ? end - 1 : length;
}

const address: Address = changetype<Address>(memory.data(offsetof<Address>(), 8));

function isAddressAndPort(at: usize, length: i32): bool {
  if (length == 0 || !readAddress(at, length, address)) return false;
  // Of an IPv6 address only one in brackets can have a port.
  const isBracketed = load<u8>(at) == 0x5b;
  let colons = 0;
  let colon = 0;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) != 0x3a) continue;
    colons++;
    colon = i;
  }
  return isBracketed ? load<u8>(at + colon - 1) == 0x5d : colons == 1;
}
