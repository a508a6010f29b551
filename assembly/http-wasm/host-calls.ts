// Host calls whose answer comes through memory: into a buffer in the arena that is usually large enough, and once more into one
// that is when it was not.
import { allocateInArena } from "../memory/arena";
import { setSlice, Slice } from "../memory/slice";
import { Text, text } from "../memory/text";
import {
  get_config,
  get_header_names,
  get_header_values,
  get_method,
  get_source_addr,
  get_uri,
  Side,
} from "./http_handler";

/** No method that a rule can name, and no address, is longer. */
const SHORT_BYTES: i32 = 128;
const LONG_BYTES: i32 = 4096;

/** Fetches the method. */
export function readMethod(found: Slice): bool {
  return read(found, Source.Method, NO_NAME, SHORT_BYTES);
}

/** Fetches the address of the connection, with its port. */
export function readSourceAddress(found: Slice): bool {
  return read(found, Source.Address, NO_NAME, SHORT_BYTES);
}

/** Fetches the request target: path and query. */
export function readUri(found: Slice): bool {
  return read(found, Source.Uri, NO_NAME, LONG_BYTES);
}

/** Fetches the plugin's configuration. */
export function readConfig(found: Slice): bool {
  return read(found, Source.Config, NO_NAME, LONG_BYTES);
}

/** Names or values of headers, and the one of them that was read last. */
@unmanaged
export class List extends Slice {
  cursor: usize;
  end: usize;
}

/** Fetches the names of the request's headers. */
export function readHeaderNames(list: List): bool {
  return readList(list, Source.HeaderNames, NO_NAME);
}

/** Fetches the values of a request header, one for each line of it. */
export function readHeaderValues(list: List, name: Text): bool {
  return readList(list, Source.HeaderValues, name);
}

/** Reads the next entry of a list. False at the end. */
export function nextEntry(list: List): bool {
  let cursor = list.cursor;
  const end = list.end;
  if (cursor >= end) return false;
  const start = cursor;
  while (cursor < end && load<u8>(cursor) != 0) cursor++;
  setSlice(list, start, <i32>(cursor - start));
  list.cursor = cursor + 1;
  return true;
}

/** Fetches the value of a request header. False when there is none, or when there are several and so nobody knows which counts. */
export function readSingleValue(list: List, name: Text): bool {
  return readHeaderValues(list, name) && nextEntry(list) && list.cursor == list.end;
}

function readList(list: List, source: Source, name: Text): bool {
  if (!read(list, source, name, LONG_BYTES)) return false;
  list.cursor = list.at;
  list.end = list.at + list.length;
  return true;
}

/** The host function to call. */
const enum Source {
  Method,
  Address,
  Uri,
  Config,
  HeaderNames,
  HeaderValues,
}

const NO_NAME = text("");

function read(found: Slice, source: Source, name: Text, usualSize: i32): bool {
  let size = usualSize;
  let buffer = allocateInArena(size);
  let length = call(source, name, buffer, size);
  if (length > size) {
    size = length;
    buffer = allocateInArena(size);
    if (!buffer) return false;
    length = call(source, name, buffer, size);
  }
  setSlice(found, buffer, length);
  return length >= 0 && length <= size;
}

function call(source: Source, name: Text, buffer: usize, size: i32): i32 {
  switch (source) {
    case Source.Method:
      return get_method(buffer, size);
    case Source.Address:
      return get_source_addr(buffer, size);
    case Source.Uri:
      return get_uri(buffer, size);
    case Source.Config:
      return get_config(buffer, size);
    case Source.HeaderNames:
      return <i32>get_header_names(Side.Request, buffer, size);
    default:
      return <i32>get_header_values(Side.Request, name.at, name.length, buffer, size);
  }
}
