// The bundle in a file that Traefik mounts for the plugin: looked at again with requests, at most every 50 ms, and read when it
// is another file, or another size or time. Whoever writes it puts a whole new file in its place (`zerohop bundle watch`).
import { createProblem, Problem } from "../core/policy/problem";
import { Writer } from "../encoding/writer";
import { BundleResult, offerSignedBundle } from "../core/bundle/bundle";
import { writeBundleResult } from "../core/bundle/write-result";
import { PublicKey } from "../core/session/public-key";
import { Slice } from "../memory/slice";
import { text, Text } from "../memory/text";
import { secondsOf } from "./clock";
import { LogLevel } from "./http_handler";
import { Errno } from "./wasi_snapshot_preview1";
import { compareClocks } from "../core/bundle/host-time";
import { MAX_BEHIND } from "../core/decide/without-host";
import { beginLine, endLine } from "./log";
import { FileStatus, findMountedFile, lookAtFile, MountedFile, readFile, status } from "./mounted-file";

/** How long a change may go unnoticed, in nanoseconds. */
const LOOK_EVERY: u64 = 50_000_000;

const taken: FileStatus = changetype<FileStatus>(memory.data(offsetof<FileStatus>(), 8));

/** The file that is followed; its path has length 0 when there is none. */
@unmanaged
class BundleFile extends MountedFile {
  rootKeys: PublicKey | null;
  /** When it was looked at last, in nanoseconds. */
  lookedAt: u64;
  /** Whether the log says what is wrong with it. */
  isComplaining: bool;
}

const followed: BundleFile = changetype<BundleFile>(memory.data(offsetof<BundleFile>(), 8));

/** Takes the file's path as the plugin sees it, for good. False when no folder is mounted where it is. */
export function followBundleFile(at: usize, length: i32, rootKeys: PublicKey | null): bool {
  followed.rootKeys = rootKeys;
  return findMountedFile(followed, at, length);
}

/** Takes the bundle from the file when it may have changed since the last look. `now` is in nanoseconds. */
export function followFile(now: u64): void {
  // Unsigned, so that a clock that was set back leads to a look as well.
  if (followed.pathLength == 0 || now - followed.lookedAt < LOOK_EVERY) return;
  followed.lookedAt = now;
  if (lookAtFile(followed) != Errno.Success) return complain(text("can't be found"));
  if (!isTaken()) takeFile(now);
}

function isTaken(): bool {
  return (
    status.inode == taken.inode &&
    status.size == taken.size &&
    status.modified == taken.modified &&
    status.changed == taken.changed
  );
}

const content: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function takeFile(now: u64): void {
  const result = readFile(content, followed);
  if (result == Errno.NotOpened) return complain(text("can't be opened"));
  if (result != Errno.Success) return complain(text("can't be read"));
  memory.copy(changetype<usize>(taken), changetype<usize>(status), offsetof<FileStatus>());
  take(content.at, trimmed(content.at, content.length), now);
}

/** A length without line ends and blanks behind the last byte that is none. */
function trimmed(at: usize, length: i32): i32 {
  let end = length;
  while (end > 0 && load<u8>(at + end - 1) <= 0x20) end--;
  return end;
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

function take(at: usize, length: i32, now: u64): void {
  const result = offerSignedBundle(problem, at, length, followed.rootKeys);
  if (result == BundleResult.Accepted || result == BundleResult.Unchanged) {
    followed.isComplaining = false;
    if (result == BundleResult.Accepted) compareClocks(secondsOf(now), MAX_BEHIND);
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
