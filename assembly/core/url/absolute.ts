// Splits an absolute URL (RFC 3986 §3) into scheme, authority and the target in origin form, as a request would carry them.
import { allocateInArena } from "../../memory/arena";
import { lowerCase } from "../../memory/bytes";

/** The URL split last. */
export let schemeAt: usize = 0;
export let schemeLength: i32 = 0;
export let authorityAt: usize = 0;
export let authorityLength: i32 = 0;
export let targetAt: usize = 0;
export let targetLength: i32 = 0;

/** False when there is no `scheme://`. The parts are not checked: host.ts and path.ts do that. An empty path becomes `/`. */
export function splitUrl(at: usize, length: i32): bool {
  let colon = 0;
  while (colon < length && load<u8>(at + colon) != 0x3a) colon++;
  if (colon == 0 || colon + 3 > length) return false;
  if (load<u8>(at + colon + 1) != 0x2f || load<u8>(at + colon + 2) != 0x2f) return false;

  schemeAt = allocateInArena(colon);
  schemeLength = colon;
  for (let i = 0; i < colon; i++) store<u8>(schemeAt + i, lowerCase(load<u8>(at + i)));
  const authority = colon + 3;
  let path = authority;
  while (path < length && !endsAuthority(load<u8>(at + path))) path++;
  authorityAt = at + authority;
  authorityLength = path - authority;
  setTarget(at + path, length - path);
  return true;
}

function endsAuthority(byte: u8): bool {
  return byte == 0x2f || byte == 0x3f || byte == 0x23 || byte == 0x5c;
}

function setTarget(at: usize, length: i32): void {
  if (length > 0 && load<u8>(at) != 0x3f) {
    targetAt = at;
    targetLength = length;
    return;
  }
  targetAt = allocateInArena(length + 1);
  targetLength = length + 1;
  store<u8>(targetAt, 0x2f);
  memory.copy(targetAt + 1, at, length);
}
