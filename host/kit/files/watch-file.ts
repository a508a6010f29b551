// Tells when a file has changed, however that was done: written in place, replaced by rename (editors), or by the swap of a
// symbolic link in its folder (Kubernetes).
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** A file counts as changed when it has then been the same for this long: its writer is done. Milliseconds. */
const settleTime = 100;

/** Who replaces a file may remove it first. So long it may be missing before that counts as a change. Milliseconds. */
const missingTime = 2_000;

/** How often to look where the system tells nothing, as on network drives and behind symbolic links. Milliseconds. */
const pollInterval = 5_000;

/** Calls `changed` soon after the start, and after each change of the file. Returns what stops it. */
export function watchFile(file: string, changed: () => void): () => void {
  let reported: string | undefined;
  let seen = fingerprint(file);
  let seenAt = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    timer = undefined;
    const now = fingerprint(file);
    if (now !== seen) {
      seen = now;
      seenAt = performance.now();
    }
    if (seen === reported) return;
    const wait = (seen === missing ? missingTime : settleTime) - (performance.now() - seenAt);
    if (wait > 0) return lookIn(wait);
    reported = seen;
    changed();
  };
  const lookIn = (milliseconds: number) => {
    timer ??= setTimeout(look, milliseconds);
  };

  const watcher = watchFolder(dirname(file), () => lookIn(settleTime / 2));
  const poll = setInterval(look, pollInterval);
  lookIn(settleTime);
  return () => {
    clearTimeout(timer);
    clearInterval(poll);
    watcher?.close();
  };
}

const missing = "missing";

/** Differs after every change of the file that a path leads to. */
function fingerprint(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    return missing;
  }
}

/** The polling does where a folder cannot be watched: it is gone, or the system has no watches left. */
function watchFolder(folder: string, happened: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, happened);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
