// Random bytes. http-wasm has none, so they are WASI's.
import { random_get } from "./wasi_snapshot_preview1";

export function fillRandom(at: usize, length: i32): void {
  random_get(at, length);
}
