// What a function is that the guest can import.
import type { Status } from "./abi.ts";
import type { Context } from "./context.ts";
import type { Guest } from "./guest.ts";

/** Who calls: the instance, and the context that the call is for. */
export interface Caller {
  readonly instance: Guest;
  readonly context: Context;
}

/** Arguments are as in the ABI: addresses, lengths and codes; a 64-bit one is a bigint. */
export type HostFunction = (caller: Caller, ...args: never[]) => Status;
