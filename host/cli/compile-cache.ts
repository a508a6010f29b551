// Keeps what V8 has compiled for the next command, which so takes half the time to start (node:module, "Module compile cache").
// Whoever can write to such a cache has their code run: it is in the home folder of the user, and only the user's.
import { lstatSync, mkdirSync } from "node:fs";
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";

/** Uses the cache, unless the environment says where it is (NODE_COMPILE_CACHE), or that there is none. */
export function useCompileCache(): void {
  if (getCompileCacheDir() !== undefined) return;
  try {
    // By the user's id: HOME may be somebody else's, as with sudo.
    const folder = join(userInfo().homedir, ".cache", "zerohop");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isPrivate(folder)) enableCompileCache(folder);
  } catch {
    // A user without a name or a home: the command takes longer.
  }
}

/** Whether a folder is this user's alone to write to, and the two that it is in are not for everybody to change. */
export function isPrivate(folder: string): boolean {
  const user = process.getuid?.();
  const own = lstatSync(folder);
  const parents = [dirname(folder), dirname(dirname(folder))].map((parent) => lstatSync(parent));
  return (
    own.isDirectory() &&
    own.uid === user &&
    (own.mode & 0o022) === 0 &&
    parents.every(({ uid, mode }) => (uid === user || uid === 0) && (mode & 0o002) === 0)
  );
}
