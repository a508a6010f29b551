// The client's address: the proxy's own notion of it, unless that is a proxy the configuration trusts.
import { findClient } from "../../core/headers/forwarded-for";
import { Client } from "../../core/policy/client";
import { configuration } from "./current";
import { readProperty } from "../abi/host-calls";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";

const SOURCE_ADDRESS = text("source\0address");
const source: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Makes the current request's client known: a Resolver. */
export function resolveClientAddress(client: Client): bool {
  return (
    readProperty(source, SOURCE_ADDRESS) && findClient(client, source.at, source.length, configuration.trustedProxies)
  );
}
