// Holds the tests of the kind unit to what they are: inside the test's own process. One that starts another fails, whatever starts it.
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

function refuse(program: unknown): never {
  throw new Error(
    `${JSON.stringify(program)} is a process of its own, and unit tests start none: what needs one is a .real.test.ts, or a ` +
      ".crash.test.ts where it is killed (CONTRIBUTING.md)",
  );
}

// All of Node's that start one and go on end here. A worker runs many files, of which the first has done it for all.
if (childProcess.execSync.name !== refuse.name) refuseAll();

function refuseAll(): void {
  Object.assign(ChildProcess.prototype, { spawn: ({ file }: { file: string }) => refuse(file) });

  const { spawnSync, execFileSync } = childProcess;
  childProcess.execSync = refuse;
  childProcess.spawnSync = refuse as unknown as typeof spawnSync;
  childProcess.execFileSync = ((program: string, ...rest: []) =>
    // Node has no other way to make a pipe that has a name.
    program === "mkfifo" ? execFileSync(program, ...rest) : refuse(program)) as typeof execFileSync;
  syncBuiltinESMExports();
}
