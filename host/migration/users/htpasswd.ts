// Files of Apache's htpasswd, which nginx and others read as well: `NAME:HASH`, a line each.
import type { ListReader } from "./list.ts";

export const readHtpasswd: ListReader = (text, mistake) =>
  text.split(/\r?\n/).flatMap((written, index) => {
    const line = index + 1;
    if (written.trim() === "" || written.startsWith("#")) return [];
    const [, name, hash] = /^([^:]+):([^:]+)/.exec(written.trim()) ?? [];
    if (name !== undefined && hash !== undefined) return [{ line, name, hash }];
    mistake(line, "(line)", "must be NAME:HASH");
    return [];
  });
