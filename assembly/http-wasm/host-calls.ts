// Host calls whose answer comes through memory: into a buffer in the arena that is usually large enough, and once more into one
// that is when it was not.
import { allocateInArena } from "../memory/arena";
import { Text } from "../memory/text";
import { get_config, get_header_names, get_header_values, get_method, get_source_addr, get_uri, Side } from "./imports";

/** No method that a rule can name, and no address, is longer. */
const SHORT_BYTES: i32 = 128;
const LONG_BYTES: i32 = 4096;

/** What the host returned last, in the arena. */
export let returnedAt: usize = 0;
export let returnedLength: i32 = 0;

/** Fetches the method. */
export function readMethod(): bool {
  return take(allocateInArena(SHORT_BYTES), SHORT_BYTES, get_method);
}

/** Fetches the address of the connection, with its port. */
export function readSourceAddress(): bool {
  return take(allocateInArena(SHORT_BYTES), SHORT_BYTES, get_source_addr);
}

/** Fetches the request target: path and query. */
export function readUri(): bool {
  return take(allocateInArena(LONG_BYTES), LONG_BYTES, get_uri);
}

/** Fetches the plugin's configuration. */
export function readConfig(): bool {
  return take(allocateInArena(LONG_BYTES), LONG_BYTES, get_config);
}

function take(buffer: usize, size: i32, call: (buffer: usize, size: i32) => i32): bool {
  let length = call(buffer, size);
  if (length > size) {
    size = length;
    buffer = allocateInArena(size);
    if (!buffer) return false;
    length = call(buffer, size);
  }
  returnedAt = buffer;
  returnedLength = length;
  return length >= 0 && length <= size;
}

let wantedName: Text = changetype<Text>(<usize>0);

/** Fetches the names of the request's headers, as a list for `nextEntry`. */
export function readHeaderNames(): bool {
  return takeList(callForNames);
}

/** Fetches the values of a request header, one for each line of it, as a list for `nextEntry`. */
export function readHeaderValues(name: Text): bool {
  wantedName = name;
  return takeList(callForValues);
}

function callForNames(buffer: usize, size: i32): i32 {
  return <i32>get_header_names(Side.Request, buffer, size);
}

function callForValues(buffer: usize, size: i32): i32 {
  return <i32>get_header_values(Side.Request, wantedName.at, wantedName.length, buffer, size);
}

let listCursor: usize = 0;
let listEnd: usize = 0;
/** The entry of the list read last. */
export let entryAt: usize = 0;
export let entryLength: i32 = 0;

function takeList(call: (buffer: usize, size: i32) => i32): bool {
  if (!take(allocateInArena(LONG_BYTES), LONG_BYTES, call)) return false;
  listCursor = returnedAt;
  listEnd = returnedAt + returnedLength;
  return true;
}

/** Takes the next entry of the list fetched last. False at the end. */
export function nextEntry(): bool {
  if (listCursor >= listEnd) return false;
  entryAt = listCursor;
  while (listCursor < listEnd && load<u8>(listCursor) != 0) listCursor++;
  entryLength = <i32>(listCursor - entryAt);
  listCursor++;
  return true;
}

/** Fetches the value of a request header. False when there is none, or when there are several and so nobody knows which counts. */
export function readSingleValue(name: Text): bool {
  return readHeaderValues(name) && nextEntry() && listCursor == listEnd;
}
