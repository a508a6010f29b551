// Who a request comes from, as a verified session or an operator's question says. The bytes belong to whoever made it.
import { equal, equalIgnoringCase } from "../memory/bytes";


@unmanaged
export class Identity {
  /** The user name: the `sub` claim. */
  nameAt: usize;
  nameLength: i32;
  /** The groups, packed one behind the other: a length of two bytes, then as many bytes. */
  groupsAt: usize;
  groupsLength: i32;
  /** 1 after one factor, 2 after two. */
  level: i32;
  /** Authentication methods, see policy/amr.ts. */
  amr: u32;
  /** When the person last proved who they are, in seconds since the epoch. */
  authTime: i64;
}

/** Whether the identity's user name is exactly this one. */
export function isNamed(identity: Identity, at: usize, length: i32): bool {
  return equal(identity.nameAt, identity.nameLength, at, length);
}

/** Whether one of the identity's groups is exactly this one. */
export function isInGroup(identity: Identity, at: usize, length: i32): bool {
  let group = identity.groupsAt;
  const end = group + identity.groupsLength;
  while (group < end) {
    const size: i32 = load<u16>(group);
    if (equal(group + 2, size, at, length)) return true;
    group += 2 + size;
  }
  return false;
}

/** Whether one of the identity's groups is this one, ASCII letters compared without regard to case. */
export function isInGroupIgnoringCase(identity: Identity, at: usize, length: i32): bool {
  let group = identity.groupsAt;
  const end = group + identity.groupsLength;
  while (group < end) {
    const size: i32 = load<u16>(group);
    if (equalIgnoringCase(group + 2, size, at, length)) return true;
    group += 2 + size;
  }
  return false;
}
