// Builds the portal's one stylesheet and one script with esbuild: `node scripts/build-portal.ts` writes them to build/portal/.
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Writes portal.css and portal.js, minified, into the folder. */
export async function buildPortal(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["portal/styles/portal.css", "portal/client/portal.ts"],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2020", "safari15.4"],
    tsconfig: "portal/tsconfig.json",
    logLevel: "warning",
  });
}

if (import.meta.main) await buildPortal(join(root, "build", "portal"));
