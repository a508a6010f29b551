// `networks`: the named ones that a policy defines, and those that a rule lists.
import { equal } from "../../memory/bytes";
import { text } from "../../memory/text";
import { Network, readNetwork } from "./network";
import { PolicyReading } from "./reading";
import { NamedNetwork, NetworkList } from "./rule";

const KEYS = text("name, networks");

/** Reads the definitions: a list of `{name, networks}`. */
export function readNamedNetworks(reading: PolicyReading): bool {
  if (reading.skipNull()) return true;
  if (!reading.beginList()) return reading.report(text("must be a list of named networks"));
  for (let i = 0; reading.json.nextElement(); i++) {
    const before = reading.problem.enterElement(i);
    if (!readNamedNetwork(reading)) return false;
    reading.problem.leave(before);
  }
  return true;
}

function readNamedNetwork(reading: PolicyReading): bool {
  if (!reading.beginObject()) return false;
  const network = reading.create<NamedNetwork>();
  while (reading.json.nextKey()) {
    const key = reading.json.wordIn(KEYS);
    if (key < 0) return reading.reportUnknownKey(KEYS);
    const before = reading.enterKey();
    if (key == 1) {
      network.networks = readNetworkEntries(reading);
    } else if (reading.readText()) {
      network.nameAt = reading.json.textAt;
      network.nameLength = reading.json.textLength;
    }
    if (reading.problem.isFound) return false;
    reading.problem.leave(before);
  }
  if (!network.nameAt) return reading.report(text("a named network needs a name"));
  if (!network.networks) return reading.report(text("a named network needs networks"));
  if (findNamed(reading, network.nameAt, network.nameLength)) {
    return reading.problem.reportValue(
      text("the network "),
      network.nameAt,
      network.nameLength,
      text(" is defined twice"),
    );
  }
  network.next = reading.networks;
  reading.networks = network;
  return true;
}

/** Reads addresses, CIDR blocks and names, each name replaced by what it stands for. */
export function readNetworkEntries(reading: PolicyReading): NetworkList | null {
  let first: NetworkList | null = null;
  const list = reading.beginEntries();
  for (let i = 0; reading.nextEntry(list, i); i++) {
    const before = reading.enterEntry(list, i);
    if (!reading.readText()) return null;
    const network = readNetwork(reading.region, reading.json.textAt, reading.json.textLength);
    if (network) {
      first = prepend(reading, network, first);
    } else {
      const reference = findNamed(reading, reading.json.textAt, reading.json.textLength);
      if (!reference) {
        reading.reportText(text(" is not an address, a CIDR block or the name of a network"));
        return null;
      }
      for (let entry = reference.networks; entry !== null; entry = entry!.next)
        first = prepend(reading, entry.network, first);
    }
    reading.leaveEntry(before);
  }
  return first;
}

function prepend(reading: PolicyReading, network: Network, next: NetworkList | null): NetworkList {
  const entry = reading.create<NetworkList>();
  entry.network = network;
  entry.next = next;
  return entry;
}

function findNamed(reading: PolicyReading, at: usize, length: i32): NamedNetwork | null {
  let network = reading.networks;
  while (network && !equal(network.nameAt, network.nameLength, at, length)) network = network.next;
  return network;
}
