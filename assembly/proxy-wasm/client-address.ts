// The client's address: the proxy's own notion of it, unless that is a proxy the configuration trusts.
import { findClient, isForwarded } from "../core/headers/forwarded-for";
import { trustedProxies } from "./config";
import { readProperty, returnedAt, returnedLength } from "./host-calls";
import { text } from "../memory/text";

const SOURCE_ADDRESS = text("source\0address");
const CONNECTION_ID = text("connection\0id");

/** Makes the client's address known to core/policy/network. False when nobody can tell it. */
export function resolveClientAddress(): bool {
  return readProperty(SOURCE_ADDRESS) && findClient(returnedAt(), returnedLength(), trustedProxies);
}

/** The number of the client's connection; 0 where the proxy does not tell, or others may come by the same. */
export function connectionNumber(): u64 {
  return !isForwarded && readProperty(CONNECTION_ID) && returnedLength() == 8 ? load<u64>(returnedAt()) : 0;
}
