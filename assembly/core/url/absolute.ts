// Splits an absolute URL (RFC 3986 §3) into scheme, authority and the target in origin form, as a request would carry them.
import { allocateInArena } from "../../memory/arena";
import { lowerCase } from "../../memory/bytes";
import { Request } from "../request";

/**
 * Splits a URL, and makes the request's scheme, authority and path what it says. False when there is no `scheme://`. The parts are
 * not checked: host.ts and path.ts do that. An empty path becomes `/`.
 */
export function splitUrl(at: usize, length: i32, request: Request): bool {
  let colon = 0;
  while (colon < length && load<u8>(at + colon) != 0x3a) colon++;
  if (colon == 0 || colon + 3 > length) return false;
  if (load<u8>(at + colon + 1) != 0x2f || load<u8>(at + colon + 2) != 0x2f) return false;

  const scheme = allocateInArena(colon);
  for (let i = 0; i < colon; i++) store<u8>(scheme + i, lowerCase(load<u8>(at + i)));
  request.schemeAt = scheme;
  request.schemeLength = colon;
  const authority = colon + 3;
  let path = authority;
  while (path < length && !endsAuthority(load<u8>(at + path))) path++;
  request.authorityAt = at + authority;
  request.authorityLength = path - authority;
  setPath(request, at + path, length - path);
  return true;
}

function endsAuthority(byte: u8): bool {
  return byte == 0x2f || byte == 0x3f || byte == 0x23 || byte == 0x5c;
}

function setPath(request: Request, at: usize, length: i32): void {
  request.pathAt = at;
  request.pathLength = length;
  if (length > 0 && load<u8>(at) != 0x3f) return;
  request.pathAt = allocateInArena(length + 1);
  request.pathLength = length + 1;
  store<u8>(request.pathAt, 0x2f);
  memory.copy(request.pathAt + 1, at, length);
}
