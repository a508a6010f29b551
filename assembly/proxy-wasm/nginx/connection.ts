// The client's connection as nginx numbers it.
import { Client } from "../../core/policy/client";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { readProperty } from "../abi/host-calls";

const CONNECTION_ID = text("connection\0id");
const id: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** The number of the client's connection, in decimal text; 0 where nginx does not tell, or others may come by the same. */
export function connectionNumber(client: Client): u64 {
  if (client.isForwarded || !readProperty(id, CONNECTION_ID)) return 0;
  let number: u64 = 0;
  for (let i = 0; i < id.length; i++) {
    const digit = load<u8>(id.at + i) - 0x30;
    if (digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}
