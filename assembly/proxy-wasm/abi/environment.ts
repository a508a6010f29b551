// The environment that the proxy's configuration lends a module: in Envoy those variables of its own that `vm_config` names.
import { allocateInArena } from "../../memory/arena";
import { equal } from "../../memory/bytes";
import { setSlice, Slice } from "../../memory/slice";
import { environ_get, environ_sizes_get } from "./wasi_snapshot_preview1";


@unmanaged
class Sizes {
  count: u32;
  bytes: u32;
}

const sizes: Sizes = changetype<Sizes>(memory.data(offsetof<Sizes>(), 8));

/** Finds a variable's value, in the arena. False when there is none of this name. */
export function readVariable(found: Slice, nameAt: usize, nameLength: i32): bool {
  memory.fill(changetype<usize>(sizes), 0, offsetof<Sizes>());
  const count = changetype<usize>(sizes);
  if (environ_sizes_get(count, count + offsetof<Sizes>("bytes")) != 0) return false;
  // What a host counts wrongly is more than there is room for.
  if (sizes.count > MOST_VARIABLES || sizes.bytes > MOST_BYTES) return false;
  const addresses = allocateInArena(<usize>sizes.count * sizeof<usize>());
  const variables = allocateInArena(sizes.bytes);
  if (!addresses || !variables || environ_get(addresses, variables) != 0) return false;
  const end = variables + sizes.bytes;
  for (let at = variables; at < end; at++) {
    const from = at;
    while (at < end && load<u8>(at) != 0) at++;
    const valueAt = from + nameLength + 1;
    if (valueAt > at || load<u8>(valueAt - 1) != 0x3d || !equal(from, nameLength, nameAt, nameLength)) continue;
    setSlice(found, valueAt, <i32>(at - valueAt));
    return true;
  }
  return false;
}

const MOST_VARIABLES: u32 = 4096;
const MOST_BYTES: u32 = 1024 * 1024;
