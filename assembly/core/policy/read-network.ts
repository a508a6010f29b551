// `networks`: the named ones that a policy defines, and those that a rule lists.
import { JsonKind } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { text } from "../../memory/text";
import { Network, readNetwork } from "./network";
import { enterElement, enterNamed, hasProblem, leave, report, reportValue } from "./problem";
import {
  beginEntries,
  beginObject,
  create,
  enterEntry,
  leaveEntry,
  nextEntry,
  reader,
  readText,
  region,
  reportText,
  reportUnknownKey,
  skipNull,
} from "./reading";
import { NetworkList } from "./rule";

const KEYS = text("name, networks");


@unmanaged
export class NamedNetwork {
  nameAt: usize;
  nameLength: i32;
  networks: NetworkList | null;
  next: NamedNetwork | null;
}

/** The networks that the policy being read defines. */
let named: NamedNetwork | null = null;

export function forgetNamedNetworks(): void {
  named = null;
}

/** Reads the definitions: a list of `{name, networks}`. */
export function readNamedNetworks(): bool {
  if (skipNull()) return true;
  if (reader.peek() != JsonKind.Array) return report(text("must be a list of named networks"));
  reader.enterArray();
  for (let i = 0; reader.nextElement(); i++) {
    const before = enterElement(i);
    if (!readNamedNetwork()) return false;
    leave(before);
  }
  return true;
}

function readNamedNetwork(): bool {
  if (!beginObject()) return false;
  const network = create<NamedNetwork>();
  while (reader.nextKey()) {
    const key = reader.wordIn(KEYS);
    if (key < 0) return reportUnknownKey(KEYS);
    const before = enterNamed(reader.textAt, reader.textLength);
    if (key == 1) {
      network.networks = readNetworkEntries();
    } else if (readText()) {
      network.nameAt = reader.textAt;
      network.nameLength = reader.textLength;
    }
    if (hasProblem()) return false;
    leave(before);
  }
  if (!network.nameAt) return report(text("a named network needs a name"));
  if (!network.networks) return report(text("a named network needs networks"));
  if (findNamed(network.nameAt, network.nameLength)) {
    return reportValue(text("the network "), network.nameAt, network.nameLength, text(" is defined twice"));
  }
  network.next = named;
  named = network;
  return true;
}

/** Reads addresses, CIDR blocks and names, each name replaced by what it stands for. */
export function readNetworkEntries(): NetworkList | null {
  let first: NetworkList | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return null;
    const network = readNetwork(region, reader.textAt, reader.textLength);
    if (network) {
      first = prepend(network, first);
    } else {
      const reference = findNamed(reader.textAt, reader.textLength);
      if (!reference) {
        reportText(text(" is not an address, a CIDR block or the name of a network"));
        return null;
      }
      for (let entry = reference.networks; entry !== null; entry = entry!.next) first = prepend(entry.network, first);
    }
    leaveEntry(before);
  }
  return first;
}

function prepend(network: Network, next: NetworkList | null): NetworkList {
  const entry = create<NetworkList>();
  entry.network = network;
  entry.next = next;
  return entry;
}

function findNamed(at: usize, length: i32): NamedNetwork | null {
  let network = named;
  while (network && !equal(network.nameAt, network.nameLength, at, length)) network = network.next;
  return network;
}
