// The client's address: the proxy's own notion of it, unless that is a proxy the configuration trusts.
import { findClient } from "../../core/headers/forwarded-for";
import { Client } from "../../core/policy/client";
import { trustedProxies } from "./config";
import { readProperty, returnedAt, returnedLength } from "../abi/host-calls";
import { text } from "../../memory/text";

const SOURCE_ADDRESS = text("source\0address");
const CONNECTION_ID = text("connection\0id");

/** Makes the current request's client known: a Resolver. */
export function resolveClientAddress(client: Client): bool {
  return readProperty(SOURCE_ADDRESS) && findClient(client, returnedAt(), returnedLength(), trustedProxies);
}

/** The number of the client's connection; 0 where the proxy does not tell, or others may come by the same. */
export function connectionNumber(client: Client): u64 {
  return !client.isForwarded && readProperty(CONNECTION_ID) && returnedLength() == 8 ? load<u64>(returnedAt()) : 0;
}
