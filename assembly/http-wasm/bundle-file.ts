// The bundle in a file that Traefik mounts for the plugin: looked at again with requests, at most every 50 ms, and read when it
// is another file, or another size or time. Whoever writes it puts a whole new file in its place (`zerohop bundle watch`).
import { createProblem, Problem } from "../core/policy/problem";
import { Writer } from "../encoding/writer";
import { BundleResult, offerSignedBundle } from "../core/bundle/bundle";
import { writeBundleResult } from "../core/bundle/write-result";
import { PublicKey } from "../core/session/public-key";
import { allocateInArena, MAX_BLOCK_BYTES } from "../memory/arena";
import { equal } from "../memory/bytes";
import { text, Text } from "../memory/text";
import { nanoseconds } from "./clock";
import {
  Errno,
  fd_close,
  fd_filestat_get,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_read,
  LogLevel,
  path_filestat_get,
  path_open,
} from "./imports";
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

/** What WASI says of a file, and where in it stands what tells a file from another. */
const STATUS_BYTES: i32 = 64;
const INODE: usize = 8;
const SIZE: usize = 32;
const MODIFIED: usize = 48;
const CHANGED: usize = 56;

const looked: usize = memory.data(64, 8);
const taken: usize = memory.data(64, 8);
const word: usize = memory.data(8, 8);
const vector: usize = memory.data(8, 4);

/** The folder that the file is in, and the file's path inside it; length 0 when there is no file. */
let folder: i32 = 0;
let pathAt: usize = 0;
let pathLength: i32 = 0;
let rootKeys: PublicKey | null = null;
let lookedLast: u64 = 0;
let isComplaining: bool = false;

/** Takes the file's path as the plugin sees it, for good. False when no folder is mounted where it is. */
export function followBundleFile(at: usize, length: i32, keys: PublicKey | null): bool {
  pathLength = 0;
  for (let i = 0; i < MAX_FOLDERS; i++) {
    if (fd_prestat_get(FIRST_FOLDER + i, word) != Errno.Success) return false;
    const nameLength = load<i32>(word, 4);
    if (nameLength <= 0 || nameLength > MAX_PATH) continue;
    const name = allocateInArena(nameLength);
    if (fd_prestat_dir_name(FIRST_FOLDER + i, name, nameLength) != Errno.Success) continue;
    const inside = lengthOfFolder(name, nameLength, at, length);
    if (inside < 0 || inside >= length) continue;
    folder = FIRST_FOLDER + i;
    pathAt = heap.alloc(length - inside);
    pathLength = length - inside;
    memory.copy(pathAt, at + inside, pathLength);
    rootKeys = keys;
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

/** Takes the bundle from the file when it may have changed since the last look. To be called with a fresh look at the clock. */
export function followFile(): void {
  // Unsigned, so that a clock that was set back leads to a look as well.
  if (pathLength == 0 || nanoseconds - lookedLast < LOOK_EVERY) return;
  lookedLast = nanoseconds;
  if (path_filestat_get(folder, FOLLOW_LINKS, pathAt, pathLength, looked) != Errno.Success) {
    return complain(text("can't be found"));
  }
  if (isTaken()) return;
  readFile();
}

function isTaken(): bool {
  return (
    load<u64>(looked, INODE) == load<u64>(taken, INODE) &&
    load<u64>(looked, SIZE) == load<u64>(taken, SIZE) &&
    load<u64>(looked, MODIFIED) == load<u64>(taken, MODIFIED) &&
    load<u64>(looked, CHANGED) == load<u64>(taken, CHANGED)
  );
}

function readFile(): void {
  const opened = path_open(folder, FOLLOW_LINKS, pathAt, pathLength, 0, RIGHT_TO_READ | RIGHT_TO_ASK, 0, 0, word);
  if (opened != Errno.Success) return complain(text("can't be opened"));
  const file = load<i32>(word);
  const length = readAll(file);
  fd_close(file);
  if (length < 0) return complain(text("can't be read"));
  memory.copy(taken, looked, STATUS_BYTES);
  take(contentAt, trimmed(contentAt, length));
}

let contentAt: usize = 0;

/** Reads what there is of an open file, whose status goes to `looked`. Returns its length; -1 after an error. */
function readAll(file: i32): i32 {
  if (fd_filestat_get(file, looked) != Errno.Success) return -1;
  const size = load<u64>(looked, SIZE);
  if (size > MAX_BLOCK_BYTES) return -1;
  contentAt = allocateInArena(<usize>size);
  let length: u32 = 0;
  while (length < <u32>size) {
    store<u32>(vector, <u32>contentAt + length);
    store<u32>(vector, <u32>size - length, 4);
    store<u32>(word, 0);
    if (fd_read(file, vector, 1, word) != Errno.Success) return -1;
    const read = load<u32>(word);
    if (read == 0 || read > <u32>size - length) break;
    length += read;
  }
  return <i32>length;
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
  const result = offerSignedBundle(problem, at, length, rootKeys);
  if (result == BundleResult.Accepted || result == BundleResult.Unchanged) {
    isComplaining = false;
    return;
  }
  const line = beginComplaint();
  line.text(text("is rejected: "));
  writeBundleResult(line, result, problem);
  endLine(LogLevel.Error);
}

/** Says once what keeps the plugin from the file; it goes on with the bundle it has. */
function complain(sentence: Text): void {
  if (isComplaining) return;
  isComplaining = true;
  const line = beginComplaint();
  line.text(sentence);
  endLine(LogLevel.Error);
}

function beginComplaint(): Writer {
  const line = beginLine();
  line.text(text("the bundle file "));
  line.bytes(pathAt, pathLength);
  line.text(text(" "));
  return line;
}
