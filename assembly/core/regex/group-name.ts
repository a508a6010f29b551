// The names of a pattern's groups, in a chain.

import { equal } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { RegexError } from "./error";

/** A name; its bytes follow. */
@unmanaged
export class GroupName {
  previous: GroupName | null;
  /** The group's number. */
  group: i32;
  length: i32;
}

/** Why a group can't be given a name beside those there are; None when it can. */
export function errorOfGroupName(names: GroupName | null, at: usize, length: i32): RegexError {
  if (!isGroupName(at, length)) return RegexError.InvalidGroupName;
  return groupNamed(names, at, length) >= 0 ? RegexError.DuplicateGroupName : RegexError.None;
}

/** The names of a pattern with one more, that of a group. */
export function withGroupName(names: GroupName | null, region: Region, at: usize, length: i32, group: i32): GroupName {
  const name = changetype<GroupName>(region.allocate(offsetof<GroupName>() + length));
  name.previous = names;
  name.group = group;
  name.length = length;
  memory.copy(changetype<usize>(name) + offsetof<GroupName>(), at, length);
  return name;
}

/** The number of the group with this name in a chain, or -1. */
export function groupNamed(names: GroupName | null, at: usize, length: i32): i32 {
  let name = names;
  while (name) {
    if (equal(changetype<usize>(name) + offsetof<GroupName>(), name.length, at, length)) return name.group;
    name = name.previous;
  }
  return -1;
}

/** [A-Za-z0-9_]+ */
function isGroupName(at: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = <u32>load<u8>(at + i);
    if ((byte | 32) - 0x61 >= 26 && byte - 0x30 >= 10 && byte != 0x5f) return false;
  }
  return length > 0;
}
