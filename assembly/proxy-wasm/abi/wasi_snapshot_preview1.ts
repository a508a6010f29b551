// Of WASI preview 1, which Envoy links beside its own functions, random bytes and the environment.

/** Returns an error number, 0 for none. */
export declare function random_get(at: usize, length: i32): i32;

/** Stores how many variables there are, and how many bytes `NAME=value` of all of them take, each with a NUL behind it. */
export declare function environ_sizes_get(count: usize, bytes: usize): i32;

/** Stores the addresses of the variables, and the variables. */
export declare function environ_get(addresses: usize, variables: usize): i32;
