// Changes a file so that it holds its old text or its new one whatever happens: by renaming, or, where its name cannot be given to
// another file (it is mounted singly into a container), in place, with a copy beside it from which a change that was cut off is finished.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "../sync-folder.ts";
import { readRegularFile } from "./read-file.ts";

/** What rename(2) answers for a mount point, across mounts, and in a folder with the sticky bit for a file of somebody else. */
const notReplaceable: readonly unknown[] = ["EBUSY", "EXDEV", "EPERM"];

/** A file that is written again and again is read so many times, and then taken as it is. */
const readings = 10;

/** What is being written in place. */
interface Change {
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * Replaces the text of a file, by its real path; mode and owner stay. False when the file does not hold `before`: then nothing was
 * done. Writers have to be kept apart. Throws what the system says.
 */
export function changeFile(target: string, before: Buffer, after: Buffer): boolean {
  const isUnchanged = () => readFileSync(target).equals(before);
  try {
    return putFile(target, after, statSync(target), isUnchanged);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall !== "rename" || !notReplaceable.includes(code)) throw error;
  }
  const copy = JSON.stringify([before.toString("base64"), after.toString("base64")]);
  if (!putFile(copyOf(target), copy, statSync(target), isUnchanged)) return false;
  if (isUnchanged()) overwrite(target, { before, after });
  else {
    rmSync(copyOf(target));
    return false;
  }
  return true;
}

/** Reads a file: the new text where a change in place is under way, or was cut off. Throws what the system says. */
export function readChangedFile(file: string): Buffer {
  const target = realpathSync(file);
  for (let reading = 1; ; reading++) {
    const bytes = readRegularFile(target);
    const change = changeUnderWay(target);
    // Between the two, a change may have begun or ended.
    if (readFileSync(target).equals(bytes) || reading === readings) return change ? outcomeOf(change, bytes) : bytes;
  }
}

/** Whether a change in place is under way, or was cut off. */
export function hasChangeUnderWay(file: string): boolean {
  try {
    return existsSync(copyOf(realpathSync(file)));
  } catch {
    return false;
  }
}

/** Finishes a change in place that was cut off. Writers have to be kept apart. Throws what the system says. */
export function finishChange(target: string): void {
  const change = changeUnderWay(target);
  const bytes = readFileSync(target);
  if (change && !outcomeOf(change, bytes).equals(bytes)) overwrite(target, change);
  else rmSync(copyOf(target), { force: true });
}

function copyOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.change`);
}

function changeUnderWay(target: string): Change | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(copyOf(target), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    // In a folder that others may write to, only a copy by those who may write the file is believed.
    const [copy, file] = [fstatSync(descriptor), statSync(target)];
    if (![file.uid, process.geteuid!(), 0].includes(copy.uid) || (copy.mode & ~file.mode & 0o022) !== 0)
      return undefined;
    const [before, after] = JSON.parse(readFileSync(descriptor, "utf8")) as [string, string];
    return { before: Buffer.from(before, "base64"), after: Buffer.from(after, "base64") };
  } finally {
    closeSync(descriptor);
  }
}

const newline = 0x0a;

/** What a file that holds `bytes` comes to: the new text when they are parts of both texts, and neither the one nor the other. */
function outcomeOf({ before, after }: Change, bytes: Buffer): Buffer {
  const [shorter, longer] = [before.length, after.length].sort((a, b) => a - b);
  if (bytes.equals(before) || bytes.length < shorter! || bytes.length > longer!) return bytes;
  // After a power failure, what was to be written may be zeros.
  const isOfBoth = bytes.every((byte, at) => byte === before[at] || byte === (after[at] ?? newline) || byte === 0);
  return isOfBoth ? after : bytes;
}

/** What cannot be written, for want of space, is taken back; where not even that can be done, the copy stays. */
function overwrite(target: string, { before, after }: Change): void {
  const descriptor = openSync(target, "r+");
  try {
    try {
      writeWhole(descriptor, after, before.length);
    } catch (error) {
      writeWhole(descriptor, before, fstatSync(descriptor).size);
      rmSync(copyOf(target));
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
  rmSync(copyOf(target), { force: true });
  syncFolder(dirname(target));
}

/** Where there are more than `content`, up to `length`, empty lines come after it, until it is on the disk and the file can be cut. */
function writeWhole(descriptor: number, content: Buffer, length: number): void {
  const bytes = Buffer.concat([content, Buffer.alloc(Math.max(0, length - content.length), newline)]);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
  fsyncSync(descriptor);
  ftruncateSync(descriptor, content.length);
  fsyncSync(descriptor);
}

/** Puts a whole file into a place, as long as that `mayBe`; readable by nobody to whom a file of this status is not. */
function putFile(place: string, content: string | Buffer, status: Stats, mayBe: () => boolean): boolean {
  const temporary = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString("hex")}`);
  try {
    writeDurably(temporary, content, status);
    if (!mayBe()) return false;
    renameSync(temporary, place);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(place));
  return true;
}

function writeDurably(file: string, content: string | Buffer, { mode, uid, gid }: Stats): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, content);
    try {
      fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
      // The process may not give the file its old owner. The new file's group is another one then, and gets no permissions.
      fchmodSync(descriptor, mode & 0o700);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
