// Who a request comes from, as a verified session or an operator's question says. The bytes belong to whoever made it.
import { JsonReader } from "../encoding/json";
import { equal, equalIgnoringCase } from "../memory/bytes";
import { Text, text } from "../memory/text";

/** What stands before the provider that somebody has signed in with, among their groups: for rules, and never told to an application. */
export const SOURCE: Text = text("source:");

/** Of which groups nobody here knows whether they are the identity's. */
export const enum UnknownGroups {
  None,
  /** Of those that the policy does not name: a rule may take a group's name from a request. */
  Unnamed,
  All,
}


@unmanaged
export class Identity {
  /** The user name: the `sub` claim. */
  nameAt: usize;
  nameLength: i32;
  /** The groups, packed one behind the other: a length of two bytes, then as many bytes. */
  groupsAt: usize;
  groupsLength: i32;
  /** What the groups leave open, and whether that would have had to be known for what was asked of the identity since. */
  unknown: UnknownGroups;
  isMissed: bool;
  /** 1 after one factor, 2 after two. */
  level: i32;
  /** Authentication methods, see policy/amr.ts. */
  amr: u32;
  /** When the person last proved who they are, in seconds since the epoch. */
  authTime: i64;
}

/**
 * Reads a JSON array of groups and packs them to `target`, where a group of n bytes takes n + 2: less than in the array. Those without
 * a name are left out. Returns where the last one ends.
 */
export function packGroups(reader: JsonReader, target: usize): usize {
  let to = target;
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    const length = reader.textLength;
    if (length == 0) continue;
    store<u16>(to, <u16>length);
    memory.copy(to + 2, reader.textAt, length);
    to += 2 + length;
  }
  return to;
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
  if (identity.unknown == UnknownGroups.All) identity.isMissed = true;
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
  if (identity.unknown != UnknownGroups.None) identity.isMissed = true;
  return false;
}
