// Lays the plugin for Traefik out as both of its ways to load one want it: manifest and module side by side, to be copied to
// plugins-local/src/zerohop/ or to the root of a repository that Traefik's catalogue lists.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = join(root, "build", "traefik-plugin");

mkdirSync(folder, { recursive: true });
for (const [from, to] of [
  [join("deploy", "traefik-plugin", ".traefik.yml"), ".traefik.yml"],
  ["LICENSE", "LICENSE"],
  // The last one: by its time the build tells whether all of it is current.
  [join("build", "plugin.wasm"), "plugin.wasm"],
] as const)
  copyFileSync(join(root, from), join(folder, to));
