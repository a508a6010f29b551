// A command of the command line inside the test's own process, where it takes a tenth of what a process of its own does. It is for
// tests of what a command says and writes: one that changes what a running host goes by is a process (program.ts), as it is for
// operators.
import { Console } from "node:console";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { main } from "../../host/cli/command-line.ts";
import "./cheap-hashes.ts";
import type { Ended, Run } from "./program.ts";

const entry = join(import.meta.dirname, "..", "..", "host", "cli", "main.ts");
let last: Promise<unknown> = Promise.resolve();

/** Runs a command to its end, after those before it: they share the process's folder, environment and streams. */
export function zerohopInProcess(args: readonly string[], run: Omit<Run, "zerohop"> = {}): Promise<Ended> {
  const turn = last.then(() => runIn(args, run));
  last = turn.catch(() => {});
  return turn;
}

async function runIn(
  args: readonly string[],
  { input = "", cwd, environment = {} }: Omit<Run, "zerohop">,
): Promise<Ended> {
  const [out, error] = [new Collected(), new Collected()];
  using changes = new DisposableStack();
  const before = process.cwd();
  changes.defer(() => process.chdir(before));
  if (cwd !== undefined) process.chdir(cwd);
  replace(changes, process, "env", { ...process.env, ...environment });
  replace(changes, process, "argv", [process.execPath, entry, ...args]);
  replace(changes, process, "stdin", Readable.from([Buffer.from(input)]));
  replace(changes, process.stdout, "write", out.write.bind(out));
  replace(changes, process.stderr, "write", error.write.bind(error));
  replace(changes, globalThis, "console", new Console(out, error));
  return { code: await main(args), stdout: out.text, stderr: error.text };
}

/** What a stream was given. */
class Collected extends Writable {
  text = "";

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Puts a value in the place of an object's own, until the changes are undone. */
function replace(changes: DisposableStack, object: object, name: string, value: unknown): void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: true });
  changes.defer(() => {
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  });
}
