// The plugin for Traefik: the handler ABI of http-wasm. Traefik keeps several instances and gives each one request at a time,
// from its headers to the end of its response; what an instance learns, the others do not know.
import { tellClientsApart } from "../core/session/verification-budget";
import { resetArena } from "../memory/arena";
import { connectionNumber } from "./client-address";
import { nanoseconds } from "./clock";
import { configuration } from "./current";
import { filterRequest } from "./filter";
import { readConfig } from "./host-calls";
import { configure, refuse } from "./read-configuration";
import { Slice } from "../memory/slice";
import { text } from "../memory/text";

// @ts-ignore: decorator
@global
// biome-ignore lint/correctness/noUnusedVariables: core/regex/automaton-pool.ts asks whether it is defined
const MANY_INSTANCES: bool = true;

const found: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Run by the host once the module is there, and once when Traefik reads its configuration: so mistakes show at its start. */
export function _initialize(): void {
  tellClientsApart(connectionNumber, nanoseconds);
  if (readConfig(found)) configure(configuration, found.at, found.length, nanoseconds());
  else refuse(text("missing"));
}

/** Returns 1 for a request that goes on to the next handler, and 0 for one that was answered. */
export function handle_request(): i64 {
  resetArena();
  return filterRequest() ? 1 : 0;
}

/** Nothing is done to responses, but the host wants to be able to ask. */
export function handle_response(requestContext: i32, isError: i32): void {}
