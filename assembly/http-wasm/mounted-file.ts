// Files in the folders that Traefik mounts for the plugin, by way of WASI: each call is one of the system's, some microseconds.
import { allocateInArena, MAX_BLOCK_BYTES } from "../memory/arena";
import { equal } from "../memory/bytes";
import { setSlice, Slice } from "../memory/slice";
import {
  Errno,
  fd_close,
  fd_filestat_get,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_read,
  fd_write,
  path_filestat_get,
  path_open,
} from "./wasi_snapshot_preview1";

/** The first file descriptor of a mounted folder, and how many are looked through. */
const FIRST_FOLDER: i32 = 3;
const MAX_FOLDERS: i32 = 16;
const MAX_PATH: i32 = 4096;
const FOLLOW_LINKS: i32 = 1;
/** Makes the file, and fails where there is one. */
const CREATE_NEW: i32 = 1 | 4;
const RIGHT_TO_READ: i64 = 2;
const RIGHT_TO_WRITE: i64 = 1 << 6;
const RIGHT_TO_ASK: i64 = 1 << 21;

/** What WASI says of a file: its `filestat`. Times are in nanoseconds since the epoch. */
@unmanaged
export class FileStatus {
  device: u64;
  inode: u64;
  kind: u64;
  links: u64;
  size: u64;
  accessed: u64;
  modified: u64;
  changed: u64;
}

/** WASI's `prestat` of a folder that the host has opened. */
@unmanaged
class Prestat {
  tag: u32;
  nameLength: i32;
}

/** WASI's `iovec`: where to read to, or to write from. */
@unmanaged
class Vector {
  at: usize;
  size: u32;
}

/** Of the file that was looked at or read last. */
export const status: FileStatus = changetype<FileStatus>(memory.data(offsetof<FileStatus>(), 8));
const prestat: Prestat = changetype<Prestat>(memory.data(offsetof<Prestat>(), 4));
const vector: Vector = changetype<Vector>(memory.data(offsetof<Vector>(), 4));
const opened: usize = memory.data(<i32>sizeof<i32>(), 4);
const moved: usize = memory.data(<i32>sizeof<u32>(), 4);

/** A file, which need not be there: the folder that it is in, and its path inside it. */
@unmanaged
export class MountedFile {
  folder: i32;
  pathAt: usize;
  pathLength: i32;
}

/** Finds the mounted folder of a file by its path as the plugin sees it, and keeps the path. False when no folder is mounted there. */
export function findMountedFile(file: MountedFile, at: usize, length: i32): bool {
  for (let i = 0; i < MAX_FOLDERS; i++) {
    const folder = FIRST_FOLDER + i;
    if (fd_prestat_get(folder, changetype<usize>(prestat)) != Errno.Success) return false;
    const nameLength = prestat.nameLength;
    if (nameLength <= 0 || nameLength > MAX_PATH) continue;
    const name = allocateInArena(nameLength);
    if (fd_prestat_dir_name(folder, name, nameLength) != Errno.Success) continue;
    const inside = lengthOfFolder(name, nameLength, at, length);
    if (inside < 0 || inside >= length) continue;
    file.folder = folder;
    file.pathAt = heap.alloc(length - inside);
    file.pathLength = length - inside;
    memory.copy(file.pathAt, at + inside, length - inside);
    return true;
  }
  return false;
}

/** How much of a path is this folder's, slashes included; -1 when it is in another. */
function lengthOfFolder(name: usize, nameLength: i32, path: usize, length: i32): i32 {
  let size = nameLength;
  while (size > 0 && load<u8>(name + size - 1) == 0x2f) size--;
  if (size > length || !equal(name, size, path, size)) return -1;
  let inside = size;
  while (inside < length && load<u8>(path + inside) == 0x2f) inside++;
  return inside == size ? -1 : inside;
}

/** Makes `status` that of a file. */
export function lookAtFile(file: MountedFile): Errno {
  return path_filestat_get(file.folder, FOLLOW_LINKS, file.pathAt, file.pathLength, changetype<usize>(status));
}

/** Reads a file into the arena; `status` is then that of what was read. */
export function readFile(found: Slice, file: MountedFile): Errno {
  if (openFile(file, 0, RIGHT_TO_READ | RIGHT_TO_ASK) != Errno.Success) return Errno.NotOpened;
  const descriptor = load<i32>(opened);
  const result = readAll(found, descriptor);
  fd_close(descriptor);
  return result;
}

/** Makes a file that is not there yet, with these bytes. */
export function createFile(file: MountedFile, at: usize, length: i32): Errno {
  const result = openFile(file, CREATE_NEW, RIGHT_TO_READ | RIGHT_TO_WRITE);
  if (result != Errno.Success) return result;
  const descriptor = load<i32>(opened);
  vector.at = at;
  vector.size = length;
  fd_write(descriptor, changetype<usize>(vector), 1, moved);
  return fd_close(descriptor);
}

function openFile(file: MountedFile, flags: i32, rights: i64): Errno {
  return path_open(file.folder, FOLLOW_LINKS, file.pathAt, file.pathLength, flags, rights, 0, 0, opened);
}

function readAll(found: Slice, descriptor: i32): Errno {
  const result = fd_filestat_get(descriptor, changetype<usize>(status));
  if (result != Errno.Success) return result;
  if (status.size > MAX_BLOCK_BYTES) return Errno.TooLarge;
  const size = <u32>status.size;
  const at = allocateInArena(size);
  let length: u32 = 0;
  while (length < size) {
    vector.at = at + length;
    vector.size = size - length;
    store<u32>(moved, 0);
    const read = fd_read(descriptor, changetype<usize>(vector), 1, moved);
    if (read != Errno.Success) return read;
    const count = load<u32>(moved);
    if (count == 0 || count > size - length) break;
    length += count;
  }
  setSlice(found, at, <i32>length);
  return Errno.Success;
}
