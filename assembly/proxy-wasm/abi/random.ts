// Random bytes, which proxy-wasm has none of: WASI's, where the proxy's are from the system. Those of ngx_wasm_module are not, and its gate
// goes without.
import { random_get } from "./wasi_snapshot_preview1";

/** Fills bytes at random, or leaves them as they are. */
export function fillRandom(at: usize, length: i32): void {
  // @ts-ignore: a global of the entry of Envoy's gate, and of no other
  if (isDefined(IS_RANDOM_SAFE)) random_get(at, length);
}
