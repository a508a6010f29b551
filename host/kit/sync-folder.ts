// Makes a rename durable: it is on disk only when the folder is.
import { closeSync, fsyncSync, openSync } from "node:fs";

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
