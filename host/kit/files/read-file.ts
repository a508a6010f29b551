// Reads files that an operator names. A pipe that nobody writes to and a device without an end would hold the whole process for ever,
// a running host's as well when a file is replaced by one.
import { readFileSync, statSync } from "node:fs";

/** What the caller of the process has opened for it, as `<(command)` of a shell. */
const handedOver = /^\/(dev|proc\/self)\/(fd\/|stdin$)/;

/** The bytes of a file. Throws what the system says, or that it is no file of known length. */
export function readRegularFile(file: string): Buffer<ArrayBuffer> {
  const status = statSync(file);
  if (!status.isFile() && !status.isDirectory() && !handedOver.test(file)) throw new NotRegular();
  return readFileSync(file);
}

class NotRegular extends Error {}

/** Why a file could not be read, in words, from what reading it threw. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof NotRegular) return "it is a pipe, a socket or a device, and no file";
  const { code } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    ELOOP: "its symbolic links lead round in a circle",
  };
  return words[code ?? ""] ?? String(code ?? error);
}
