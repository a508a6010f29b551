// Host calls whose answer comes through memory: the host has the module allocate a block, in the arena, and writes its address and
// length where it was told to. A Slice has just that shape, so the host fills the caller's.
import { Slice } from "../../memory/slice";
import { Text } from "../../memory/text";
import {
  Buffer,
  HeaderMap,
  proxy_get_buffer_bytes,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_get_property,
  proxy_get_shared_data,
  Status,
} from "./env";

/** Where the host is to write an address. What is there is forgotten: a host with nothing to return may write nothing. */
// @ts-ignore: decorator
@inline
function addressOf(found: Slice): usize {
  found.at = 0;
  found.length = 0;
  return changetype<usize>(found);
}

// @ts-ignore: decorator
@inline
function lengthOf(found: Slice): usize {
  return changetype<usize>(found) + offsetof<Slice>("length");
}

/** Fetches a property. False when there is none. */
export function readProperty(found: Slice, path: Text): bool {
  return proxy_get_property(path.at, path.length, addressOf(found), lengthOf(found)) == Status.Ok;
}

/** Fetches the first line of a header. False when there is none. */
export function readHeader(found: Slice, map: HeaderMap, name: Text): bool {
  return proxy_get_header_map_value(map, name.at, name.length, addressOf(found), lengthOf(found)) == Status.Ok;
}

/** Fetches all headers of a map, see header-pairs.ts. */
export function readHeaders(found: Slice, map: HeaderMap): bool {
  return proxy_get_header_map_pairs(map, addressOf(found), lengthOf(found)) == Status.Ok;
}

/** Fetches a whole buffer. False when it is empty. */
export function readBuffer(found: Slice, buffer: Buffer): bool {
  const status = proxy_get_buffer_bytes(buffer, 0, i32.MAX_VALUE, addressOf(found), lengthOf(found));
  return status == Status.Ok && found.at != 0 && found.length > 0;
}

/** A value that the workers of a proxy share. */
@unmanaged
export class SharedValue extends Slice {
  /** What to give back for a change that is only to be made while the value is still this one. */
  cas: u32;
}

/** Fetches a shared value. False when there is none. */
export function readSharedData(found: SharedValue, key: Text): bool {
  found.cas = 0;
  const cas = changetype<usize>(found) + offsetof<SharedValue>("cas");
  return proxy_get_shared_data(key.at, key.length, addressOf(found), lengthOf(found), cas) == Status.Ok;
}
