// Of WASI preview 1, which every host of http-wasm links, the clock, random bytes and access to files, as http_handler.ts has its
// functions.

/** What WASI calls an error number: those that tell something here, and two of our own above all of them. */
export const enum Errno {
  Success = 0,
  Exists = 20,
  NotOpened = 256,
  TooLarge,
}

/** Nanoseconds since the epoch, as u64 at `time`. */
export declare function clock_time_get(clock: i32, precision: i64, time: usize): Errno;

export declare function random_get(at: usize, length: i32): Errno;

/** A folder that the host has opened for the module: a tag, and the length of its path 4 bytes on. */
export declare function fd_prestat_get(file: i32, prestat: usize): Errno;

export declare function fd_prestat_dir_name(file: i32, pathAt: usize, pathLength: i32): Errno;

export declare function path_filestat_get(
  folder: i32,
  flags: i32,
  pathAt: usize,
  pathLength: i32,
  status: usize,
): Errno;

export declare function fd_filestat_get(file: i32, status: usize): Errno;

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
export declare function fd_read(file: i32, vectors: usize, count: i32, bytesRead: usize): Errno;

export declare function fd_write(file: i32, vectors: usize, count: i32, bytesWritten: usize): Errno;

export declare function fd_close(file: i32): Errno;
