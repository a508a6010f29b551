// The client's connection as nginx numbers it.
import { Client } from "../../core/policy/client";
import { readProperty, returnedAt, returnedLength } from "../abi/host-calls";
import { text } from "../../memory/text";

const CONNECTION_ID = text("connection\0id");

/** The number of the client's connection, in decimal text; 0 where nginx does not tell, or others may come by the same. */
export function connectionNumber(client: Client): u64 {
  if (client.isForwarded || !readProperty(CONNECTION_ID)) return 0;
  let number: u64 = 0;
  const at = returnedAt();
  for (let i = 0; i < returnedLength(); i++) {
    const digit = load<u8>(at + i) - 0x30;
    if (digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}
