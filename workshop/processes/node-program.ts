// A program in TypeScript that a test runs, and kills, many times: what V8 compiled is kept, which halves the time that each start takes.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { cache } from "../programs/wheel.ts";

/** A program that is killed keeps nothing; it calls `flushCompileCache` of node:module when all of it is loaded. */
export function startNodeProgram(program: string, args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(cache, "node") },
  });
}
