// The bundle in a file that Traefik mounts for the plugin: looked at again with requests, at most every 50 ms, and read when it
// is another file, or another size or time. Whoever writes it puts a whole new file in its place (`zerohop bundle watch`).
import { createProblem, Problem } from "../core/policy/problem";
import { Writer } from "../encoding/writer";
import { BundleResult, offerSignedBundle } from "../core/bundle/bundle";
import { writeBundleResult } from "../core/bundle/write-result";
import { PublicKey } from "../core/session/public-key";
import { allocateInArena, MAX_BLOCK_BYTES } from "../memory/arena";
import { equal } from "../memory/bytes";
import { setSlice, Slice } from "../memory/slice";
import { text, Text } from "../memory/text";
import { LogLevel } from "./http_handler";
import {
  Errno,
  fd_close,
  fd_filestat_get,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_read,
  path_filestat_get,
  path_open,
} from "./wasi_snapshot_preview1";
import { beginLine, endLine } from "./log";

/** How long a change may go unnoticed, in nanoseconds. */
const LOOK_EVERY: u64 = 50_000_000;

/** The first file descriptor of a mounted folder, and how many are looked through. */
const FIRST_FOLDER: i32 = 3;
const MAX_FOLDERS: i32 = 16;
const MAX_PATH: i32 = 4096;
const FOLLOW_LINKS: i32 = 1;
const RIGHT_TO_READ: i64 = 2;
const RIGHT_TO_ASK: i64 = 1 << 21;

/** What WASI says of a file: its `filestat`. */
@unmanaged
class FileStatus {
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

/** WASI's `iovec`: where to read to. */
@unmanaged
class Vector {
  at: usize;
  size: u32;
}

const looked: FileStatus = changetype<FileStatus>(memory.data(offsetof<FileStatus>(), 8));
const taken: FileStatus = changetype<FileStatus>(memory.data(offsetof<FileStatus>(), 8));
const prestat: Prestat = changetype<Prestat>(memory.data(offsetof<Prestat>(), 4));
const vector: Vector = changetype<Vector>(memory.data(offsetof<Vector>(), 4));
const opened: usize = memory.data(<i32>sizeof<i32>(), 4);
const bytesRead: usize = memory.data(<i32>sizeof<u32>(), 4);

/** The file that is followed. */
@unmanaged
class BundleFile {
  /** The folder that it is in, and its path inside it; length 0 when there is no file. */
  folder: i32;
  pathAt: usize;
  pathLength: i32;
  rootKeys: PublicKey | null;
  /** When it was looked at last, in nanoseconds. */
  lookedAt: u64;
  /** Whether the log says what is wrong with it. */
  isComplaining: bool;
}

const followed: BundleFile = changetype<BundleFile>(memory.data(offsetof<BundleFile>(), 8));

/** Takes the file's path as the plugin sees it, for good. False when no folder is mounted where it is. */
export function followBundleFile(at: usize, length: i32, rootKeys: PublicKey | null): bool {
  for (let i = 0; i < MAX_FOLDERS; i++) {
    const folder = FIRST_FOLDER + i;
    if (fd_prestat_get(folder, changetype<usize>(prestat)) != Errno.Success) return false;
    const nameLength = prestat.nameLength;
    if (nameLength <= 0 || nameLength > MAX_PATH) continue;
    const name = allocateInArena(nameLength);
    if (fd_prestat_dir_name(folder, name, nameLength) != Errno.Success) continue;
    const inside = lengthOfFolder(name, nameLength, at, length);
    if (inside < 0 || inside >= length) continue;
    followed.folder = folder;
    followed.pathAt = heap.alloc(length - inside);
    followed.pathLength = length - inside;
    followed.rootKeys = rootKeys;
    memory.copy(followed.pathAt, at + inside, length - inside);
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

/** Takes the bundle from the file when it may have changed since the last look. `now` is in nanoseconds. */
export function followFile(now: u64): void {
  // Unsigned, so that a clock that was set back leads to a look as well.
  if (followed.pathLength == 0 || now - followed.lookedAt < LOOK_EVERY) return;
  followed.lookedAt = now;
  if (
    path_filestat_get(followed.folder, FOLLOW_LINKS, followed.pathAt, followed.pathLength, changetype<usize>(looked)) !=
    Errno.Success
  ) {
    return complain(text("can't be found"));
  }
  if (!isTaken()) readFile();
}

function isTaken(): bool {
  return (
    looked.inode == taken.inode &&
    looked.size == taken.size &&
    looked.modified == taken.modified &&
    looked.changed == taken.changed
  );
}

const content: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function readFile(): void {
  const rights = RIGHT_TO_READ | RIGHT_TO_ASK;
  const result = path_open(
    followed.folder,
    FOLLOW_LINKS,
    followed.pathAt,
    followed.pathLength,
    0,
    rights,
    0,
    0,
    opened,
  );
  if (result != Errno.Success) return complain(text("can't be opened"));
  const file = load<i32>(opened);
  const isRead = readAll(content, file);
  fd_close(file);
  if (!isRead) return complain(text("can't be read"));
  memory.copy(changetype<usize>(taken), changetype<usize>(looked), offsetof<FileStatus>());
  take(content.at, trimmed(content.at, content.length));
}

/** Reads what there is of an open file, whose status goes to `looked`. False after an error. */
function readAll(found: Slice, file: i32): bool {
  if (fd_filestat_get(file, changetype<usize>(looked)) != Errno.Success) return false;
  if (looked.size > MAX_BLOCK_BYTES) return false;
  const size = <u32>looked.size;
  const at = allocateInArena(size);
  let length: u32 = 0;
  while (length < size) {
    vector.at = at + length;
    vector.size = size - length;
    store<u32>(bytesRead, 0);
    if (fd_read(file, changetype<usize>(vector), 1, bytesRead) != Errno.Success) return false;
    const count = load<u32>(bytesRead);
    if (count == 0 || count > size - length) break;
    length += count;
  }
  setSlice(found, at, <i32>length);
  return true;
}

/** A length without line ends and blanks behind the last byte that is none. */
function trimmed(at: usize, length: i32): i32 {
  let end = length;
  while (end > 0 && load<u8>(at + end - 1) <= 0x20) end--;
  return end;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

function take(at: usize, length: i32): void {
  const result = offerSignedBundle(problem, at, length, followed.rootKeys);
  if (result == BundleResult.Accepted || result == BundleResult.Unchanged) {
    followed.isComplaining = false;
    return;
  }
  const line = beginComplaint();
  line.text(text("is rejected: "));
  writeBundleResult(line, result, problem);
  endLine(LogLevel.Error);
}

/** Says once what keeps the plugin from the file; it goes on with the bundle it has. */
function complain(sentence: Text): void {
  if (followed.isComplaining) return;
  followed.isComplaining = true;
  const line = beginComplaint();
  line.text(sentence);
  endLine(LogLevel.Error);
}

function beginComplaint(): Writer {
  const line = beginLine();
  line.text(text("the bundle file "));
  line.bytes(followed.pathAt, followed.pathLength);
  line.text(text(" "));
  return line;
}
