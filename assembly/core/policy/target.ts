// The target that rules are matched against: one reading of a request's target, its method and, once a rule looks at it, the
// client's address.
import { Slice } from "../../memory/slice";
import { Path } from "../url/path";
import { Client } from "./client";


@unmanaged
export class Target {
  host: Slice;
  path: Path;
  client: Client;
  /** Bits, see method.ts. */
  method: u32;
}
