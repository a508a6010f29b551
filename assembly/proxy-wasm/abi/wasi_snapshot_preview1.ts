// Of WASI preview 1, which Envoy links beside its own functions, random bytes.

/** Returns an error number, 0 for none. */
export declare function random_get(at: usize, length: i32): i32;
