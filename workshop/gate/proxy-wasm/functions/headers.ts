// Header maps: of the request, of the response, and of the answer to an outbound call.
import { MapType, Status } from "../abi.ts";
import type { Headers } from "../headers.ts";
import type { Caller, HostFunction } from "../host-function.ts";
import { parsePairs, serializePairs } from "../pairs.ts";

export const headerFunctions = {
  proxy_get_header_map_pairs(caller, type: number, addressAt: number, lengthAt: number) {
    const headers = readable(caller, type);
    caller.instance.memory.hand(serializePairs([...(headers ?? [])]), addressAt, lengthAt);
    return Status.ok;
  },

  proxy_set_header_map_pairs(caller, type: number, at: number, length: number) {
    const headers = writable(caller, type);
    if (!headers) return Status.badArgument;
    const pairs = parsePairs(caller.instance.memory.read(at, length));
    for (const [name] of [...headers]) headers.remove(name);
    for (const [name, value] of pairs) headers.add(name, value);
    return Status.ok;
  },

  proxy_get_header_map_value(caller, type: number, at: number, length: number, addressAt: number, lengthAt: number) {
    const headers = readable(caller, type);
    if (!headers) return Status.badArgument;
    const value = headers.get(caller.instance.memory.readText(at, length));
    if (value === undefined) return Status.notFound;
    caller.instance.memory.hand(Buffer.from(value, "latin1"), addressAt, lengthAt);
    return Status.ok;
  },

  proxy_add_header_map_value(caller, type: number, at: number, length: number, valueAt: number, valueLength: number) {
    const { memory } = caller.instance;
    const headers = writable(caller, type);
    headers?.add(memory.readText(at, length), memory.readText(valueAt, valueLength));
    return headers ? Status.ok : Status.badArgument;
  },

  proxy_replace_header_map_value(
    caller,
    type: number,
    at: number,
    length: number,
    valueAt: number,
    valueLength: number,
  ) {
    const { memory } = caller.instance;
    const headers = writable(caller, type);
    headers?.replace(memory.readText(at, length), memory.readText(valueAt, valueLength));
    return headers ? Status.ok : Status.badArgument;
  },

  proxy_remove_header_map_value(caller, type: number, at: number, length: number) {
    const headers = writable(caller, type);
    headers?.remove(caller.instance.memory.readText(at, length));
    return headers ? Status.ok : Status.badArgument;
  },
} satisfies Record<string, HostFunction>;

/** The answer to an outbound call belongs to the filter, whichever stream is in effect. */
function readable({ instance, context }: Caller, type: number): Headers | undefined {
  return type === MapType.callResponseHeaders ? instance.callAnswer?.headers : context.headers(type);
}

function writable({ context }: Caller, type: number): Headers | undefined {
  return context.headers(type);
}
