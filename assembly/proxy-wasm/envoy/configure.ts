// Takes the configurations that Envoy gives: to every thread all of them, and another in the place of one that is in force.
import { dropBundle } from "../../core/bundle/bundle";
import { siphash, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { Writer } from "../../encoding/writer";
import { equal } from "../../memory/bytes";
import { text, Text } from "../../memory/text";
import { Region } from "../../memory/region";
import { Slice } from "../../memory/slice";
import { readVariable } from "../abi/environment";
import { readSharedData, SharedValue } from "../abi/host-calls";
import { LogLevel, proxy_set_shared_data } from "../abi/env";
import { logLine } from "../abi/log";
import { Configuration, isInForce } from "../edge/configuration";
import { isOfSameHost, readConfiguration, refuse } from "../edge/read-configuration";

const complaint: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/**
 * Takes a configuration, whose bytes this changes. False, after one log line, when it can't be used. A changed one of the same host
 * takes the place of the one in force; when it is broken, nothing is in force any more. Filters of one vm_id share one gate: what
 * another host's gate should decide must not be decided with these bundles.
 */
export function configure(configuration: Configuration, at: usize, length: i32): bool {
  const isChange = isInForce(configuration);
  if (isChange && equal(configuration.sourceAt, configuration.sourceLength, at, length)) return true;
  const hash = siphash(NO_KEY, at, length);
  if (isChange && !isOfSameHost(configuration, at, length, false)) {
    refuse(
      complaint,
      text("this vm_id already has a configuration for another host; give each one a vm_id of its own"),
    );
    return complain(hash);
  }
  if (readConfiguration(configuration, at, length, withEdgeToken, complaint)) return true;
  if (isChange) dropBundle();
  return complain(hash);
}

const variable: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Takes the edge token from the environment, where it is: so it stands in no object of Kubernetes but a Secret. */
function withEdgeToken(configuration: Configuration, region: Region): Text | null {
  const nameLength = configuration.edgeTokenVariableLength;
  if (nameLength == 0) return null;
  if (!readVariable(variable, configuration.edgeTokenVariableAt, nameLength)) return UNSET;
  let length = variable.length;
  // A file from which a Secret was made may end with a line end.
  while (length > 0 && load<u8>(variable.at + length - 1) <= 0x20) length--;
  if (length == 0) return UNSET;
  configuration.edgeTokenAt = region.copy(variable.at, length);
  configuration.edgeTokenLength = length;
  return null;
}

const UNSET = text(
  "edge_token_variable: the proxy's environment has no such variable, or it is empty, or vm_config does not name it",
);

const NO_KEY: usize = memory.data(SIPHASH_KEY_BYTES, 8);
const COMPLAINT = text("zerohop.complaint");
const found: SharedValue = changetype<SharedValue>(memory.data(offsetof<SharedValue>(), 8));
const saidAbout: usize = memory.data(<i32>sizeof<u64>(), 8);

/**
 * Every thread of a proxy loads the configuration and finds the same mistake. The hash of the one that was complained about last is
 * kept in shared data, so that it is said once. Always false.
 */
function complain(hash: u64): bool {
  const isRepetition = readSharedData(found, COMPLAINT) && found.length == sizeof<u64>() && load<u64>(found.at) == hash;
  if (!isRepetition) logLine(LogLevel.Critical, complaint);
  store<u64>(saidAbout, hash);
  proxy_set_shared_data(COMPLAINT.at, COMPLAINT.length, saidAbout, sizeof<u64>(), 0);
  return false;
}
