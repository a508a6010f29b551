// Zerohop as others get it: packed by npm, and installed into a folder that has nothing else.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Zerohop } from "./program.ts";

const checkout = join(import.meta.dirname, "..", "..");

export interface InstalledPackage {
  /** The package's own folder. */
  readonly folder: string;
  readonly zerohop: Zerohop;
}

/** Packs a checkout, this one unless told, into `folder`. Returns the path of the package. */
export async function packZerohop(folder: string, from = checkout): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const printed = await npm(["pack", "--json", "--pack-destination", folder], from);
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("["))) as [{ filename: string }];
  return join(folder, filename);
}

/** Installs a package into an empty folder, as `npm install` does it there. What it depends on comes from npm's cache where that has it. */
export async function installZerohop(archive: string, folder: string): Promise<InstalledPackage> {
  mkdirSync(folder, { recursive: true });
  await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--prefix", folder, archive], folder);
  return {
    folder: join(folder, "node_modules", "zerohop"),
    zerohop: [join(folder, "node_modules", ".bin", "zerohop")],
  };
}

async function npm(args: readonly string[], folder: string): Promise<string> {
  const child = spawn("npm", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`npm ${args[0]} failed: ${stderr.trim()}`);
  return stdout;
}
