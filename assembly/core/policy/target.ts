// What rules are asked about: one reading of a request's target, its method and, once a rule looks at it, the client's address.
import { Slice } from "../../memory/slice";
import { Path } from "../url/path";


@unmanaged
export class Target {
  host: Slice;
  path: Path;
  client: Client;
  /** Bits, see method.ts. */
  method: u32;
}

/** The client of a request, whose address costs the proxy a call: nobody asks for it before a rule does. */
@unmanaged
export class Client {
  /** The function, `() => bool`, that makes the address known to network.ts; it returns false when it can't. */
  resolver: usize;
  wasAsked: bool;
  /** Whether a rule asked for the address and nobody can tell it: then no answer is safe. */
  isUnknown: bool;
}

/** Begins a request's client. */
export function tellClient(client: Client, resolver: () => bool): void {
  client.resolver = changetype<usize>(resolver);
  client.wasAsked = false;
  client.isUnknown = false;
}

/** Makes the address known to network.ts, once per request. False when nobody can tell it. */
export function resolveClient(client: Client): bool {
  if (!client.wasAsked) {
    client.wasAsked = true;
    client.isUnknown = !changetype<() => bool>(client.resolver)();
  }
  return !client.isUnknown;
}
