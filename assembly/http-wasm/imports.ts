// The host functions that the plugin uses: the handler ABI of http-wasm, and of WASI preview 1 (which every host of that kind
// links) the clock and read access to files. Names and argument order are the specifications'; every address is one of this
// module's memory. A function that writes takes a buffer and its size, and returns how much there is; what does not fit is not
// written.

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

// @ts-ignore: decorator
@external("http_handler", "get_config")
export declare function get_config(buffer: usize, size: i32): i32;

// @ts-ignore: decorator
@external("http_handler", "log")
export declare function log_message(level: LogLevel, messageAt: usize, messageLength: i32): void;

// @ts-ignore: decorator
@external("http_handler", "get_method")
export declare function get_method(buffer: usize, size: i32): i32;

// @ts-ignore: decorator
@external("http_handler", "get_uri")
export declare function get_uri(buffer: usize, size: i32): i32;

// @ts-ignore: decorator
@external("http_handler", "get_source_addr")
export declare function get_source_addr(buffer: usize, size: i32): i32;

/** Names in lower case, each followed by a NUL; the count in the high half of the result, the bytes in the low one. */
// @ts-ignore: decorator
@external("http_handler", "get_header_names")
export declare function get_header_names(side: Side, buffer: usize, size: i32): i64;

/** The values of all lines of a name, each followed by a NUL; the result is that of get_header_names. */
// @ts-ignore: decorator
@external("http_handler", "get_header_values")
export declare function get_header_values(side: Side, nameAt: usize, nameLength: i32, buffer: usize, size: i32): i64;

// @ts-ignore: decorator
@external("http_handler", "set_header_value")
export declare function set_header_value(
  side: Side,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): void;

// @ts-ignore: decorator
@external("http_handler", "add_header_value")
export declare function add_header_value(
  side: Side,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): void;

// @ts-ignore: decorator
@external("http_handler", "remove_header")
export declare function remove_header(side: Side, nameAt: usize, nameLength: i32): void;

/** Sends the response's head, so its headers come first. */
// @ts-ignore: decorator
@external("http_handler", "set_status_code")
export declare function set_status_code(status: i32): void;

// @ts-ignore: decorator
@external("http_handler", "write_body")
export declare function write_body(side: Side, bodyAt: usize, bodyLength: i32): void;

/** What WASI calls an error number. */
export const enum Errno {
  Success = 0,
}

/** Nanoseconds since the epoch, as u64 at `time`. */
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "clock_time_get")
export declare function clock_time_get(clock: i32, precision: i64, time: usize): Errno;

/** A folder that the host has opened for the module: a tag, and the length of its path 4 bytes on. */
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_prestat_get")
export declare function fd_prestat_get(file: i32, prestat: usize): Errno;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_prestat_dir_name")
export declare function fd_prestat_dir_name(file: i32, pathAt: usize, pathLength: i32): Errno;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "path_filestat_get")
export declare function path_filestat_get(
  folder: i32,
  flags: i32,
  pathAt: usize,
  pathLength: i32,
  status: usize,
): Errno;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_filestat_get")
export declare function fd_filestat_get(file: i32, status: usize): Errno;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "path_open")
export declare function path_open(
  folder: i32,
  lookup: i32,
  pathAt: usize,
  pathLength: i32,
  openFlags: i32,
  rights: i64,
  inheriting: i64,
  flags: i32,
  file: usize,
): Errno;

/** `vectors` are pairs of an address and a size, four bytes each. */
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_read")
export declare function fd_read(file: i32, vectors: usize, count: i32, bytesRead: usize): Errno;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_close")
export declare function fd_close(file: i32): Errno;
