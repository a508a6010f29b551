// The core for the Node host (build/core.wasm), asked by function calls: policies by themselves, and whole requests as a gate has
// them. host/core/ is its other side.
export * from "./policy";
export * from "./shell";
