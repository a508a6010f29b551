// The host functions that the plugin uses: the handler ABI of http-wasm. Names and argument order are the specification's; every
// address is one of this module's memory. A function that writes takes a buffer and its size, and returns how much there is; what
// does not fit is not written. The file has the name of the WebAssembly module that it imports from, as AssemblyScript wants it.

export const enum LogLevel {
  Info,
  Warn,
  Error,
}

/** Of headers and of bodies. */
export const enum Side {
  Request,
  Response,
}

export declare function get_config(buffer: usize, size: i32): i32;

export declare function log(level: LogLevel, messageAt: usize, messageLength: i32): void;

export declare function get_method(buffer: usize, size: i32): i32;

export declare function get_uri(buffer: usize, size: i32): i32;

export declare function get_source_addr(buffer: usize, size: i32): i32;

/** Names in lower case, each followed by a NUL; the count in the high half of the result, the bytes in the low one. */
export declare function get_header_names(side: Side, buffer: usize, size: i32): i64;

/** The values of all lines of a name, each followed by a NUL; the result is that of get_header_names. */
export declare function get_header_values(side: Side, nameAt: usize, nameLength: i32, buffer: usize, size: i32): i64;

export declare function set_header_value(
  side: Side,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): void;

export declare function add_header_value(
  side: Side,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): void;

export declare function remove_header(side: Side, nameAt: usize, nameLength: i32): void;

/** Sends the response's head, so its headers come first. */
export declare function set_status_code(status: i32): void;

export declare function write_body(side: Side, bodyAt: usize, bodyLength: i32): void;
