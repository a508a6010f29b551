// The client's connection as Envoy numbers it.
import { Client } from "../../core/policy/client";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { readProperty } from "../abi/host-calls";

const CONNECTION_ID = text("connection\0id");
const id: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** The number of the client's connection; 0 where Envoy does not tell, or others may come by the same. */
export function connectionNumber(client: Client): u64 {
  return !client.isForwarded && readProperty(id, CONNECTION_ID) && id.length == sizeof<u64>() ? load<u64>(id.at) : 0;
}
